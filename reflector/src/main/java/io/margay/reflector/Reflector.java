package io.margay.reflector;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.lookingglass.LookingGlass;
import io.margay.lookingglass.Speaker;
import io.margay.net.IpPrefix;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A running reflector, from construction to [#stop].
public final class Reflector implements Speaker {

  /// How long a question to the loop may take.
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /// How long clients get to take the last word.
  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private final ReflectorConfig config;
  private final NettyEventLoop loop;
  private final BgpSpeaker speaker;
  private final @Nullable LookingGlass lookingGlass;

  /// Starts a reflector; clients can connect once this returns.
  ///
  /// @param onFailure receives what must not happen: a broken invariant on the loop
  /// @throws java.io.UncheckedIOException if an address or the status socket cannot be listened on
  public Reflector(ReflectorConfig config, Consumer<Throwable> onFailure) {
    this.config = config;
    this.loop = new NettyEventLoop("bgp", onFailure);
    SpeakerConfig speakerConfig =
        new SpeakerConfig(
            config.routerId(),
            config.clusterId(),
            config.listen(),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            System.nanoTime());
    this.speaker =
        new BgpSpeaker(speakerConfig, loop, new NettyTransport(loop), RouteListener.NONE);
    try {
      ask(() -> {
        for (IpPrefix range : config.clients()) {
          speaker.acceptPeers(config.peerRange(range));
        }
        speaker.start();
        return true;
      });
      this.lookingGlass = openLookingGlass(config.statusSocket());
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  private @Nullable LookingGlass openLookingGlass(@Nullable Path path) {
    if (path == null) {
      return null;
    }
    try {
      return LookingGlass.open(path, this);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "cannot make the status socket %s: %s. Choose another path (--status-socket)."
                  .formatted(path, e.getMessage()),
              e));
    }
  }

  @Override
  public <T> T ask(Function<View, T> question) {
    String title =
        "Reflector %s, AS %s, cluster %s"
            .formatted(config.routerId(), config.as(), config.clusterId());
    return ask(() ->
        question.apply(new View(speaker, title, peer -> peer.client() ? "client" : "non-client")));
  }

  /// Says goodbye to all clients, and ends.
  ///
  /// @param text for the clients' operators (RFC 9003)
  public void stop(String text) throws InterruptedException {
    if (lookingGlass != null) {
      lookingGlass.close();
    }
    ask(() -> {
      speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, text);
      return true;
    });
    loop.stop(FAREWELL);
  }

  private <T> T ask(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        answer.complete(question.get());
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    try {
      return answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the reflector has not answered for %d s".formatted(ANSWER.toSeconds()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
