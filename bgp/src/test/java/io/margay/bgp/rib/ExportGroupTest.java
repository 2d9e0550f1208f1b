package io.margay.bgp.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.MessageDecoder;
import io.margay.bgp.message.MessageFramer;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExportGroupTest {

  private static final AsNumber AS = new AsNumber(64512);
  private static final SessionCodec CODEC = new SessionCodec(true, false);

  private final LocRib rib = new LocRib(null, InteriorCost.EQUAL);
  private final ExportGroup group =
      new ExportGroup(
          new ExportGroup.Key(
              new ExportRules(
                  AS,
                  Ipv4Address.parse("10.255.255.254"),
                  false,
                  true,
                  EnumSet.allOf(IpFamily.class),
                  Map.of(),
                  false),
              CODEC,
              ExportPolicy.ALL),
          rib,
          () -> false,
          () -> {});

  /// A client of the reflector whose group this is: what it says, and what it knows.
  private final class Client implements ExportMember.Outlet {
    final AdjRibIn said;
    final Map<String, String> knows = new TreeMap<>();
    final List<ByteBuffer> received = new ArrayList<>();
    ExportMember.State state = ExportMember.State.READY;

    Client(int number) {
      Ipv4Address address = new Ipv4Address(0x0a000000 + number);
      said = new AdjRibIn(rib, new RouteSource.Peer(address, AS, address, false, true));
    }

    void says(String prefix) {
      Ipv4Address nextHop = ((RouteSource.Peer) said.source()).routerId();
      said.put(
          IpPrefix.parse(prefix),
          0,
          PathAttributes.builder().nextHop(NextHop.of(nextHop)).build(),
          true);
    }

    void withdraws(String prefix) {
      said.remove(IpPrefix.parse(prefix), 0);
    }

    @Override
    public void send(ByteBuffer messages) {
      received.add(messages);
      MessageFramer framer = new MessageFramer();
      framer.append(messages.duplicate());
      for (ByteBuffer frame = framer.next(); frame != null; frame = framer.next()) {
        Update update = (Update) MessageDecoder.decode(frame, CODEC).message();
        update.withdrawn().forEach(prefix -> knows.remove(prefix.toString()));
        update
            .announced()
            .forEach(each ->
                each.prefixes()
                    .forEach(prefix ->
                        knows.put(
                            prefix.toString(), String.valueOf(each.attributes().originatorId()))));
      }
    }

    @Override
    public ExportMember.State state() {
      return state;
    }

    @Override
    public void roundOver() {}
  }

  private void flush() {
    while (group.flush()) {
      // There is more to tell.
    }
  }

  @Test
  void peersThatJoinTogetherShareWhatTheyAreTold() {
    Client one = new Client(1);
    one.says("10.1.0.0/24");
    one.says("10.1.1.0/24");
    Client two = new Client(2);
    Client three = new Client(3);
    group.join(one.said.source(), one);
    flush();
    group.join(two.said.source(), two);
    group.join(three.said.source(), three);

    flush();

    Map<String, String> all = Map.of("10.1.0.0/24", "10.0.0.1", "10.1.1.0/24", "10.0.0.1");
    assertThat(two.knows).isEqualTo(all);
    assertThat(three.knows).isEqualTo(all);
    assertThat(one.received).isEmpty();
    assertThat(three.received).hasSize(1);
    assertThat(three.received.getFirst()).isSameAs(two.received.getFirst());
  }

  @Test
  void slowPeersThatCatchUpTogetherAreEachToldWhatIsNotTheirs() {
    Client one = new Client(1);
    Client two = new Client(2);
    Client three = new Client(3);
    List<Client> all = List.of(one, two, three);
    for (Client each : all) {
      group.join(each.said.source(), each);
    }
    three.says("10.3.0.0/24");
    three.says("10.9.0.0/24");
    one.says("10.1.1.0/24");
    flush();
    assertThat(two.knows).containsOnlyKeys("10.3.0.0/24", "10.9.0.0/24", "10.1.1.0/24");

    all.forEach(each -> each.state = ExportMember.State.FULL);
    one.says("10.1.0.0/24");
    one.withdraws("10.1.1.0/24");
    two.says("10.2.0.0/24");
    // The best path is now that of another who knew the one before.
    three.withdraws("10.9.0.0/24");
    two.says("10.9.0.0/24");
    flush();
    assertThat(one.knows).containsOnlyKeys("10.3.0.0/24", "10.9.0.0/24");
    all.forEach(each -> each.state = ExportMember.State.READY);
    flush();

    assertThat(one.knows)
        .isEqualTo(
            Map.of(
                "10.2.0.0/24", "10.0.0.2", "10.3.0.0/24", "10.0.0.3", "10.9.0.0/24", "10.0.0.2"));
    assertThat(two.knows).isEqualTo(Map.of("10.1.0.0/24", "10.0.0.1", "10.3.0.0/24", "10.0.0.3"));
    assertThat(three.knows)
        .isEqualTo(
            Map.of(
                "10.1.0.0/24", "10.0.0.1", "10.2.0.0/24", "10.0.0.2", "10.9.0.0/24", "10.0.0.2"));
  }
}
