package io.margay.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Nlmsg;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The layout of messages, as octets of a little-endian machine.
class NetlinkCodecTest {

  @BeforeEach
  void onALittleEndianMachine() {
    Assumptions.assumeTrue(
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
        "skipped: the octets are written down for little-endian machines");
  }

  @Test
  void writesHeaderFixedFieldsAndPaddedAttributes() {
    NetlinkRequest request =
        new NetlinkRequest(Rtm.GETLINK, 0).u8(0xab).u8(0).u16(0x1234).attribute(3, "lo");

    assertThat(request.toBytes(7, NlmF.ACK))
        .isEqualTo(
            octets(
                "1c000000 1200 0500 07000000 00000000" // nlmsghdr: length 28, REQUEST|ACK, sequence
                    // 7
                    + " ab 00 3412"
                    + " 0700 0300 6c6f00 00")); // length 7 without the padding
  }

  @Test
  void writesNestedAttributes() {
    NetlinkRequest request = new NetlinkRequest(24, NlmF.CREATE);
    int outer = request.beginAttribute(9);
    request.attribute(5, new byte[] {10, 0, 0, 1}).attribute(4, 3);
    request.endAttribute(outer);

    assertThat(request.toBytes(1, 0))
        .isEqualTo(
            octets(
                "24000000 1800 0104 01000000 00000000"
                    + " 1400 0900"
                    + " 0800 0500 0a000001"
                    + " 0800 0400 03000000"));
  }

  @Test
  void growsWithItsAttributes() {
    NetlinkRequest request = new NetlinkRequest(24, 0);
    for (int i = 0; i < 1000; i++) {
      request.attribute(5, i);
    }

    NetlinkMessage read = NetlinkMessage.split(request.toBytes(1, 0)).getFirst();

    assertThat(read.payload().capacity()).isEqualTo(8000);
    assertThat(read.attributes(0).u32(5)).hasValue(999);
  }

  @Test
  void refusesAnAttributeThatItsLengthFieldCannotHold() {
    NetlinkRequest request = new NetlinkRequest(24, 0);

    assertThatThrownBy(() -> request.attribute(1, new byte[65_532]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
  }

  @Test
  void splitsADatagramIntoItsMessages() {
    List<NetlinkMessage> messages =
        NetlinkMessage.split(
            octets(
                "13000000 1000 0200 05000000 00000000 aabbcc 00" // 19 octets, padded to 20
                    + " 14000000 0300 0200 05000000 00000000 00000000"));

    assertThat(messages).hasSize(2);
    assertThat(messages.getFirst().type()).isEqualTo(Rtm.NEWLINK);
    assertThat(messages.getFirst().flags()).isEqualTo(NlmF.MULTI);
    assertThat(messages.getFirst().sequence()).isEqualTo(5);
    assertThat(messages.getFirst().payload().capacity()).isEqualTo(3);
    assertThat(messages.getLast().type()).isEqualTo(Nlmsg.DONE);
    assertThat(messages.getLast().error()).isZero();
  }

  @Test
  void refusesADatagramWhoseLengthsContradict() {
    for (String datagram :
        List.of(
            "20000000 1000 0000 00000000 00000000", // more than there is
            "0f000000 1000 0000 00000000 00000000", // less than a header
            "00000000 1000 0000 00000000 00000000",
            "ffffffff 1000 0000 00000000 00000000")) {
      assertThatThrownBy(() -> NetlinkMessage.split(octets(datagram)))
          .as(datagram)
          .isInstanceOf(KernelException.class);
    }
  }

  @Test
  void readsAttributesUpToTheFirstThatIsCutShort() {
    NetlinkMessage message =
        message(
            "0800 0100 01000000"
                + " 0700 0380 6c6f00 00" // the flag NLA_F_NESTED is no part of the type
                + " 0800 0100 02000000"
                + " 4000 0900 00");

    Attributes attributes = message.attributes(0);

    assertThat(attributes.u32(1)).as("the last of two").hasValue(2);
    assertThat(attributes.text(3)).hasValue("lo");
    assertThat(attributes.octets(3)).containsExactly('l', 'o', 0);
    assertThat(attributes.value(9)).isNull();
    assertThat(attributes.u32(7)).isEmpty();
  }

  @Test
  void readsTheWordsOfAnErrorThatQuotesOnlyTheHeader() {
    NetlinkMessage error =
        NetlinkMessage.split(
                octets(
                    "34000000 0200 0003 09000000 00000000" // CAPPED | ACK_TLVS
                        + " edffffff" // -19
                        + " 1c000000 1800 0506 09000000 00000000"
                        + " 0e00 0100 4e6f206465766963 6500 0000"))
            .getFirst();

    assertThat(error.error()).isEqualTo(-Errno.ENODEV);
    assertThat(error.extendedAck()).isEqualTo("No device");
  }

  @Test
  void readsTheWordsOfAnErrorThatQuotesTheWholeRequest() {
    NetlinkMessage error =
        NetlinkMessage.split(
                octets(
                    "30000000 0200 0002 09000000 00000000" // ACK_TLVS
                        + " eaffffff"
                        + " 14000000 1800 0500 09000000 00000000 11223344"
                        + " 0700 0100 6e6f00 00"))
            .getFirst();

    assertThat(error.error()).isEqualTo(-Errno.EINVAL);
    assertThat(error.extendedAck()).isEqualTo("no");
  }

  @Test
  void namesTheErrorAndTheRemedy() {
    assertThat(NetlinkException.refused("add route 10.0.0.0/8 dev eth9", Errno.ENODEV, ""))
        .hasMessage(
            "cannot add route 10.0.0.0/8 dev eth9: ENODEV (No such device). Nothing was changed."
                + " Check that the device exists in this network namespace (ip link).");
    assertThat(NetlinkException.refused("do it", 4711, "too much"))
        .hasMessage("cannot do it: errno 4711, \"too much\". Nothing was changed.");
  }

  /// A message with this payload.
  private static NetlinkMessage message(String payload) {
    byte[] octets = octets("00000000 1000 0000 00000000 00000000" + payload);
    octets[0] = (byte) octets.length;
    return NetlinkMessage.split(octets).getFirst();
  }

  private static byte[] octets(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
