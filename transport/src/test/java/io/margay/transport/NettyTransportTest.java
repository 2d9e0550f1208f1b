package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
