package io.margay.bgp.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecFuzzTest {

  private static final int MESSAGES = Integer.getInteger("margay.fuzz.messages", 20_000);

  /// Valid messages.
  static List<byte[]> corpus() {
    List<byte[]> corpus = new ArrayList<>();
    MessageCodecTest.messages().forEach(row -> corpus.add((byte[]) row.get()[2]));
    return corpus;
  }

  /// Whatever octets come, reading them ends in a message or in the one typed error; and whatever
  /// was read as an UPDATE can be written again and reads the same.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20_240_601})
  void anyOctetsGiveAMessageOrATypedError(long seed) {
    Random random = new Random(seed);
    List<byte[]> corpus = corpus();
    Map<SessionCodec, MessageDecoder> sessions = new HashMap<>();
    int messages = 0;
    int errors = 0;
    for (int i = 0; i < MESSAGES; i++) {
      byte[] octets = mutate(corpus.get(random.nextInt(corpus.size())).clone(), random);
      SessionCodec codec = codec(random);
      String context = "seed %d, message %d: %s".formatted(seed, i, Octets.of(octets));
      try {
        MessageFramer framer = new MessageFramer();
        framer.use(codec);
        framer.append(ByteBuffer.wrap(octets));
        for (ByteBuffer frame = framer.next(); frame != null; frame = framer.next()) {
          BgpMessage message = decode(frame, codec, sessions).message();
          messages++;
          checkRoundTrip(message, codec, context);
        }
      } catch (MalformedMessageException e) {
        errors++;
        assertThat(e.notification().error()).as(context).isPresent();
      } catch (RuntimeException e) {
        throw new AssertionError(context, e);
      }
    }
    assertThat(messages).as("messages read, seed %d", seed).isGreaterThan(MESSAGES / 10);
    assertThat(errors).as("errors seen, seed %d", seed).isGreaterThan(MESSAGES / 10);
  }

  /// What a message says does not depend on those before it in its session.
  private static Decoded decode(
      ByteBuffer frame, SessionCodec codec, Map<SessionCodec, MessageDecoder> sessions) {
    MessageDecoder session = sessions.computeIfAbsent(codec, MessageDecoder::new);
    Decoded alone;
    try {
      alone = MessageDecoder.decode(frame, codec);
    } catch (MalformedMessageException e) {
      assertThatThrownBy(() -> session.read(frame)).hasMessage(e.getMessage());
      throw e;
    }
    assertThat(session.read(frame)).isEqualTo(alone);
    return alone;
  }

  private static SessionCodec codec(Random random) {
    Set<IpFamily> pathIds =
        random.nextInt(4) == 0 ? EnumSet.allOf(IpFamily.class) : EnumSet.noneOf(IpFamily.class);
    return new SessionCodec(
        random.nextBoolean(), random.nextBoolean(), random.nextBoolean(), pathIds, pathIds);
  }

  private static void checkRoundTrip(BgpMessage message, SessionCodec codec, String context) {
    if (message instanceof BgpMessage.Update update && update.announced().size() == 1) {
      // A next hop that is not of the prefixes' family cannot be written; it cannot be read either.
      BgpMessage.Update announced = new BgpMessage.Update(List.of(), update.announced());
      List<ByteBuffer> frames = Messages.encode(announced, codec);
      assertThat(frames).as(context).hasSize(1);
      BgpMessage again = Messages.decode(frames.getFirst().array(), codec).message();
      if (codec.fourOctetAs()) {
        assertThat(again).as(context).isEqualTo(announced);
      }
    }
  }

  /// Flips octets, cuts, or grows what is there, mostly behind the header and with the length field
  /// put right, as otherwise nothing would get past the framer.
  private static byte[] mutate(byte[] octets, Random random) {
    int changes = random.nextInt(4);
    byte[] result = octets;
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(20) == 0 ? random.nextInt(19) : 19;
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          if (result.length > at) {
            result[at + random.nextInt(result.length - at)] = (byte) random.nextInt();
          }
        }
        case 2 -> result = Arrays.copyOf(result, 19 + random.nextInt(result.length));
        default -> {
          if (result.length > 20) {
            int near = 19 + random.nextInt(result.length - 19);
            result[near] += (byte) (random.nextInt(3) - 1);
          }
        }
      }
    }
    if (random.nextInt(20) != 0) {
      result[16] = (byte) (result.length >>> 8);
      result[17] = (byte) result.length;
    }
    return result;
  }

  @Test
  void theFramerCopesWithAnySplit() {
    Random random = new Random(7);
    List<byte[]> corpus = corpus();
    for (int round = 0; round < 50; round++) {
      ByteBuffer stream = ByteBuffer.allocate(1 << 20);
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        byte[] message = corpus.get(random.nextInt(corpus.size()));
        stream.put(message);
        sent.add(Octets.of(message).toString());
      }
      stream.flip();
      MessageFramer framer = new MessageFramer();
      List<String> received = new ArrayList<>();
      int most = 1 + random.nextInt(round % 2 == 0 ? 30 : 9000);
      while (stream.hasRemaining()) {
        int length = Math.min(stream.remaining(), 1 + random.nextInt(most));
        framer.append(stream.slice(stream.position(), length));
        stream.position(stream.position() + length);
        for (ByteBuffer frame = framer.next(); frame != null; frame = framer.next()) {
          received.add(Messages.hex(frame));
        }
      }
      assertThat(received).isEqualTo(sent);
    }
  }
}
