package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.loop.EventLoop;
import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NettyTransportTest extends TransportContract {

  private final LoopThread thread = new LoopThread();
  private final Transport transport = new NettyTransport(thread.loop);

  @AfterEach
  void stop() throws Exception {
    thread.close();
  }

  @Override
  Transport transport(IpAddress host) {
    return transport;
  }

  @Override
  <T> T onLoop(Callable<T> task) throws Exception {
    return thread.call(task);
  }

  @Override
  void await(BooleanSupplier condition) throws Exception {
    thread.await(condition, () -> "the condition");
  }

  @Test
  void theLoopRunsTasksInOrderAndTimersUnlessCancelled() throws Exception {
    List<String> ran = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    thread.run(() -> {
      EventLoop.Timer cancelled = thread.loop.schedule(Duration.ZERO, () -> ran.add("cancelled"));
      cancelled.cancel();
      thread.loop.schedule(Duration.ofMillis(20), done::countDown);
      thread.loop.schedule(Duration.ofMillis(1), () -> ran.add("timer"));
      thread.loop.execute(() -> ran.add("first"));
      thread.loop.execute(() -> ran.add("second"));
    });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).containsExactly("first", "second", "timer");
  }

  @Test
  void stoppingTheLoopClosesItsSockets() throws Exception {
    // Often, as it is the kind of promise that holds most of the time.
    for (int i = 0; i < 50; i++) {
      try (ServerSocket peer = new ServerSocket(0, 1, SERVER.toInetAddress());
          NettyEventLoop loop = new NettyEventLoop("stopping", _ -> {})) {
        InetSocketAddress to = new InetSocketAddress(SERVER.toInetAddress(), peer.getLocalPort());
        loop.execute(() -> new NettyTransport(loop).connect(CLIENT, to, new Recorder()));
        try (Socket accepted = peer.accept()) {
          assertThat(loop.stop(Duration.ofSeconds(10))).isTrue();
          accepted.setSoTimeout(10_000);
          assertThat(accepted.getInputStream().read()).as("end of stream").isEqualTo(-1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void aPortOnEveryAddressDemandsPasswordsToo(String everywhere) throws Exception {
    Protection secret = new Protection(new Protection.Password("secret"), 255);
    Recorder server = new Recorder();
    Transport.Listener listener =
        thread.call(() -> transport.listen(new InetSocketAddress(everywhere, 0), _ -> server));
    int port = thread.call(listener::localAddress).getPort();
    InetSocketAddress remote = new InetSocketAddress(SERVER.toInetAddress(), port);
    thread.run(() -> listener.protect(CLIENT, secret));
    Recorder without = new Recorder();
    thread.call(() -> transport.connect(CLIENT, remote, without));
    Recorder with = new Recorder();
    Transport.Connection connection =
        thread.call(() -> transport.connect(CLIENT, remote, secret, with));
    await(() -> with.opened == 1);
    thread.run(() -> connection.write(ByteBuffer.wrap(new byte[5])));
    await(() -> server.received.position() == 5);
    assertThat(without.opened).as("silence").isZero();
  }

  @Test
  void segmentsThatComeFromTooFarAwayAreDropped() throws Exception {
    Recorder refused = new Recorder();
    Recorder server = new Recorder();
    List<Transport.Connection> accepted = new CopyOnWriteArrayList<>();
    Protection direct = new Protection(null, 255);
    Transport.Listener listener =
        thread.call(() ->
            transport.listen(
                new InetSocketAddress(SERVER.toInetAddress(), 0),
                connection -> {
                  accepted.add(connection);
                  return accepted.size() == 1 ? refused : server;
                }));
    InetSocketAddress remote = thread.call(listener::localAddress);
    thread.run(() -> listener.protect(CLIENT, direct));
    Recorder far = new Recorder();
    Transport.Connection fromFar = thread.call(() -> transport.connect(CLIENT, remote, far));
    await(() -> accepted.size() == 1);
    Recorder near = new Recorder();
    Transport.Connection fromNear =
        thread.call(() -> transport.connect(CLIENT, remote, direct, near));
    await(() -> accepted.size() == 2 && far.opened == 1 && near.opened == 1);
    thread.run(() -> {
      // Linux sends with a time to live of 64 unless told otherwise.
      fromFar.write(ByteBuffer.wrap(new byte[7]));
      fromNear.write(ByteBuffer.wrap(new byte[5]));
      accepted.forEach(connection -> connection.write(ByteBuffer.wrap(new byte[3])));
    });
    await(() -> server.received.position() == 5 && near.received.position() == 3);
    int arrived = thread.call(refused.received::position);
    assertThat(arrived).as("octets from too far away").isZero();
  }

  @Test
  void whatATaskThrowsReachesTheFailureHandlerAndTheLoopGoesOn() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (NettyEventLoop loop = new NettyEventLoop("failing", failure::complete)) {
      loop.execute(() -> {
        throw new IllegalStateException("broken");
      });
      CompletableFuture<Boolean> next = new CompletableFuture<>();
      loop.execute(() -> next.complete(true));
      assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessage("broken");
      assertThat(next.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.stop(Duration.ofSeconds(10))).isTrue();
      loop.execute(() -> failure.complete(null));
    }
  }
}
