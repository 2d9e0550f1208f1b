package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every transport has to do, whether its network is real or not.
abstract class TransportContract {

  static final IpAddress SERVER = IpAddress.parse("127.0.0.1");
  static final IpAddress CLIENT = IpAddress.parse("127.0.0.2");

  /// The transport of the host with this address.
  abstract Transport transport(IpAddress host);

  /// Runs something on the event loop and gives back its result.
  abstract <T> T onLoop(Callable<T> task) throws Exception;

  /// Waits until a condition holds that is looked at on the loop.
  abstract void await(BooleanSupplier condition) throws Exception;

  /// Notes what happens on a connection.
  static final class Recorder implements Transport.Handler {
    final ByteBuffer received = ByteBuffer.allocate(16 << 20);
    int opened;
    int drained;
    int closed;
    @Nullable Throwable cause;

    @Override
    public void onOpen(Transport.Connection connection) {
      opened++;
    }

    @Override
    public void onBytes(Transport.Connection connection, ByteBuffer bytes) {
      received.put(bytes);
    }

    @Override
    public void onDrained(Transport.Connection connection) {
      drained++;
    }

    @Override
    public void onClosed(Transport.Connection connection, @Nullable Throwable why) {
      closed++;
      cause = why;
    }

    byte[] bytes() {
      byte[] bytes = new byte[received.position()];
      received.get(0, bytes);
      return bytes;
    }
  }

  private final Recorder client = new Recorder();
  private final Recorder server = new Recorder();
  private final List<Transport.Connection> accepted = new ArrayList<>();

  private Transport.Listener listen(Transport.@Nullable Handler handler) throws Exception {
    return onLoop(() ->
        transport(SERVER)
            .listen(
                new InetSocketAddress(SERVER.toInetAddress(), 0),
                connection -> {
                  accepted.add(connection);
                  return handler;
                }));
  }

  private Transport.Connection connect(Transport.Listener to) throws Exception {
    InetSocketAddress remote = onLoop(to::localAddress);
    return onLoop(() -> transport(CLIENT).connect(CLIENT, remote, client));
  }

  private static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 >>> 3);
    }
    return bytes;
  }

  @Test
  void opensAndTellsBothEndsWhoTheyAre() throws Exception {
    Transport.Listener listener = listen(server);
    Transport.Connection connection = connect(listener);
    await(() -> client.opened == 1 && accepted.size() == 1);
    Transport.Connection other = accepted.getFirst();
    assertThat(onLoop(connection::localAddress).getAddress()).isEqualTo(CLIENT.toInetAddress());
    assertThat(onLoop(connection::remoteAddress)).isEqualTo(onLoop(listener::localAddress));
    assertThat(onLoop(other::remoteAddress)).isEqualTo(onLoop(connection::localAddress));
    assertThat(onLoop(other::localAddress)).isEqualTo(onLoop(listener::localAddress));
    assertThat(server.opened).as("onAccept takes its place").isZero();
  }

  @Test
  void carriesOctetsBothWaysInOrder() throws Exception {
    Transport.Connection connection = connect(listen(server));
    await(() -> client.opened == 1 && accepted.size() == 1);
    byte[] octets = pattern(200_000);
    onLoop(() -> {
      for (int at = 0; at < octets.length; at += 1000) {
        connection.write(ByteBuffer.wrap(octets, at, 1000));
        accepted.getFirst().write(ByteBuffer.wrap(octets, at, 1000));
      }
      return true;
    });
    await(() ->
        server.received.position() == octets.length && client.received.position() == octets.length);
    assertThat(server.bytes()).isEqualTo(octets);
    assertThat(client.bytes()).isEqualTo(octets);
    await(() -> connection.unwritten() == 0);
  }

  @Test
  void aBufferCanBeSharedAndKeepsItsPosition() throws Exception {
    Transport.Connection connection = connect(listen(server));
    await(() -> client.opened == 1);
    ByteBuffer shared = ByteBuffer.wrap(pattern(10)).position(3).limit(7);
    onLoop(() -> {
      connection.write(shared);
      connection.write(shared);
      return true;
    });
    await(() -> server.received.position() == 8);
    byte[] once = Arrays.copyOfRange(pattern(10), 3, 7);
    assertThat(server.bytes()).startsWith(once).endsWith(once);
    assertThat(shared.position()).isEqualTo(3);
  }

  @Test
  void theAcceptorMayWriteAtOnce() throws Exception {
    Transport.Listener listener =
        onLoop(() ->
            transport(SERVER)
                .listen(
                    new InetSocketAddress(SERVER.toInetAddress(), 0),
                    connection -> {
                      connection.write(ByteBuffer.wrap(pattern(5)));
                      return server;
                    }));
    connect(listener);
    await(() -> client.received.position() == 5);
    assertThat(client.opened).isEqualTo(1);
    assertThat(client.bytes()).isEqualTo(pattern(5));
  }

  @Test
  void closeDeliversWhatIsQueuedAndBothEndsHearOfItOnce() throws Exception {
    Transport.Connection connection = connect(listen(server));
    await(() -> client.opened == 1 && accepted.size() == 1);
    byte[] octets = pattern(3_000_000);
    onLoop(() -> {
      // Unread octets of the other side must not turn the close into a reset.
      accepted.getFirst().write(ByteBuffer.wrap(pattern(1000)));
      connection.write(ByteBuffer.wrap(octets));
      connection.close();
      connection.close();
      connection.write(ByteBuffer.wrap(octets));
      return true;
    });
    await(() -> server.closed == 1 && client.closed == 1);
    assertThat(server.bytes()).isEqualTo(octets);
    assertThat(server.cause).isNull();
    assertThat(client.cause).isNull();
    assertThat(client.received.position()).as("nothing after close").isZero();
  }

  @Test
  void notReadingPushesBackOnTheWriter() throws Exception {
    Transport.Connection connection = connect(listen(server));
    await(() -> client.opened == 1 && accepted.size() == 1);
    byte[] octets = pattern(12 << 20);
    onLoop(() -> {
      accepted.getFirst().setReading(false);
      connection.write(ByteBuffer.wrap(octets));
      return true;
    });
    onLoop(() -> true);
    assertThat(onLoop(connection::unwritten)).isPositive();
    assertThat(onLoop(() -> client.drained)).isZero();
    int before = onLoop(server.received::position);
    assertThat(before).isLessThan(octets.length);
    onLoop(() -> {
      accepted.getFirst().setReading(true);
      return true;
    });
    await(() -> server.received.position() == octets.length && connection.unwritten() == 0);
    assertThat(server.bytes()).isEqualTo(octets);
    await(() -> client.drained == 1);

    // A little that never had to wait is not worth a word.
    onLoop(() -> {
      connection.write(ByteBuffer.wrap(new byte[100]));
      return true;
    });
    await(() -> server.received.position() == octets.length + 100);
    assertThat(onLoop(() -> client.drained)).isEqualTo(1);
  }

  /// What one turn of the loop writes is one stream, however it was cut.
  @Test
  void manyPiecesOfOneTurnComeInOrder() throws Exception {
    Transport.Connection connection = connect(listen(server));
    await(() -> client.opened == 1);
    byte[] octets = pattern(3 << 20);
    onLoop(() -> {
      ByteBuffer all = ByteBuffer.allocateDirect(octets.length).put(0, octets);
      for (int from = 0; from < octets.length; from += 1000) {
        connection.write(all.slice(from, Math.min(1000, octets.length - from)));
      }
      return true;
    });
    await(() -> server.received.position() == octets.length && connection.unwritten() == 0);
    assertThat(server.bytes()).isEqualTo(octets);
  }

  @Test
  void anUnusedPortRefuses() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress unused = onLoop(listener::localAddress);
    onLoop(() -> {
      listener.close();
      return true;
    });
    onLoop(() -> transport(CLIENT).connect(CLIENT, unused, client));
    await(() -> client.closed == 1);
    assertThat(client.cause).hasMessageContaining("refused");
    assertThat(client.opened).isZero();
  }

  @Test
  void aRefusedConnectionIsReset() throws Exception {
    connect(listen(null));
    await(() -> client.closed == 1);
    assertThat(client.cause).hasMessageContaining("reset");
  }

  @Test
  void anAttemptCanBeGivenUp() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress remote = onLoop(listener::localAddress);
    onLoop(() -> {
      transport(CLIENT).connect(CLIENT, remote, client).close();
      return true;
    });
    await(() -> client.closed == 1);
    assertThat(client.opened).isZero();
    assertThat(client.cause).isNull();
  }

  private static Protection password(String text) {
    return new Protection(new Protection.Password(text), 0);
  }

  private void connect(InetSocketAddress remote, Protection protection, Recorder recorder)
      throws Exception {
    onLoop(() -> transport(CLIENT).connect(CLIENT, remote, protection, recorder));
  }

  @Test
  void aConnectionNeedsThePasswordThatItsPortDemands() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress remote = onLoop(listener::localAddress);
    onLoop(() -> {
      listener.protect(CLIENT, password("secret"));
      return true;
    });
    Recorder without = new Recorder();
    connect(remote, Protection.NONE, without);
    Recorder wrong = new Recorder();
    connect(remote, password("sekret"), wrong);
    connect(remote, password("secret"), client);
    await(() -> client.opened == 1 && accepted.size() == 1);
    onLoop(() -> {
      accepted.getFirst().write(ByteBuffer.wrap(pattern(5)));
      return true;
    });
    await(() -> client.received.position() == 5);
    assertThat(without.opened + wrong.opened).as("silence, but no error").isZero();
    assertThat(without.closed + wrong.closed).isZero();
  }

  @Test
  void aPasswordCanBeTakenBack() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress remote = onLoop(listener::localAddress);
    onLoop(() -> {
      listener.protect(CLIENT, password("secret"));
      listener.protect(IpAddress.parse("127.0.0.3"), password("other"));
      listener.protect(CLIENT, Protection.NONE);
      return true;
    });
    connect(remote, Protection.NONE, client);
    await(() -> client.opened == 1 && accepted.size() == 1);
    assertThat(client.closed).isZero();
  }

  @Test
  void aPasswordCanBeForANetworkAndTakenBack() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress remote = onLoop(listener::localAddress);
    IpPrefix network = IpPrefix.parse("127.0.0.0/29");
    onLoop(() -> {
      listener.protect(network, password("secret"));
      return true;
    });
    Recorder without = new Recorder();
    connect(remote, Protection.NONE, without);
    connect(remote, password("secret"), client);
    await(() -> client.opened == 1 && accepted.size() == 1);
    assertThat(without.opened + without.closed).as("silence").isZero();
    onLoop(() -> {
      listener.protect(network, Protection.NONE);
      return true;
    });
    Recorder later = new Recorder();
    connect(remote, Protection.NONE, later);
    await(() -> later.opened == 1);
  }

  @Test
  void aPasswordOfOneAddressGoesBeforeThatOfItsNetwork() throws Exception {
    Transport.Listener listener = listen(server);
    InetSocketAddress remote = onLoop(listener::localAddress);
    onLoop(() -> {
      listener.protect(IpPrefix.parse("127.0.0.0/8"), password("of all"));
      listener.protect(CLIENT, password("of one"));
      return true;
    });
    Recorder wrong = new Recorder();
    connect(remote, password("of all"), wrong);
    connect(remote, password("of one"), client);
    await(() -> client.opened == 1);
    assertThat(wrong.opened + wrong.closed).isZero();
  }

  @Test
  void aPortIsListenedOnOnce() throws Exception {
    InetSocketAddress taken = onLoop(listen(server)::localAddress);
    assertThatThrownBy(() -> onLoop(() -> transport(SERVER).listen(taken, _ -> server)))
        .hasStackTraceContaining(UncheckedIOException.class.getName())
        .hasStackTraceContaining("in use");
  }
}
