package io.margay.reflector;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.session.PeerConfig;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.ReadyGate;
import io.margay.datastore.SyncListener;
import io.margay.datastore.Syncer;
import io.margay.lookingglass.LookingGlass;
import io.margay.lookingglass.Speaker;
import io.margay.net.IpAddress;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running reflector, from construction to [#stop].
public final class Reflector implements Speaker {

  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

  /// How long a question to the loop may take.
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /// How long clients get to come back after a restart, which is a quarter of the time for which
  /// they keep what they were told.
  private static final Duration RETURN_TIME = PeerConfig.DEFAULT_RESTART_TIME.dividedBy(4);

  /// How long clients get to take the last word.
  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private final NettyEventLoop loop;
  private final BgpSpeaker speaker;
  private final String title;

  /// What was opened besides, in this order.
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  // On the loop only.
  private final DatastoreClients datastoreClients = new DatastoreClients();
  private final SortedMap<IpAddress, Wanted> installed = new TreeMap<>();
  private ReflectorConfig config;

  /// A peer that is known by its address.
  private record Wanted(PeerConfig config, PeerPolicy policy) {}

  /// Starts a reflector; clients can connect once this returns.
  ///
  /// @param onFailure receives what must not happen: a broken invariant on the loop
  /// @throws UncheckedIOException if an address or the status socket cannot be listened on
  /// @throws io.margay.datastore.DatastoreException if there is no such datastore
  public Reflector(ReflectorConfig config, Consumer<Throwable> onFailure) {
    this.config = config;
    this.title =
        "Reflector %s, AS %s, cluster %s"
            .formatted(config.routerId(), config.as(), config.clusterId());
    this.loop = new NettyEventLoop("bgp", onFailure);
    SpeakerConfig speakerConfig =
        new SpeakerConfig(
            config.routerId(),
            config.clusterId(),
            config.listen(),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            RETURN_TIME,
            System.nanoTime());
    this.speaker =
        new BgpSpeaker(speakerConfig, loop, new NettyTransport(loop), RouteListener.NONE);
    try {
      ask(() -> {
        configurePeers();
        speaker.start();
        return true;
      });
      if (config.statusSocket() != null) {
        openLookingGlass(config.statusSocket());
      }
      if (config.metrics() != null) {
        openMetrics(config.metrics());
      }
      if (config.datastore() != null) {
        follow(config.datastore());
      }
    } catch (RuntimeException e) {
      closeOpened();
      loop.close();
      throw e;
    }
  }

  private void openLookingGlass(Path path) {
    try {
      opened.push(LookingGlass.open(path, this));
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "cannot make the status socket %s: %s. Choose another path (--status-socket)."
                  .formatted(path, e.getMessage()),
              e));
    }
  }

  private void openMetrics(InetSocketAddress address) {
    try {
      opened.push(
          ReflectorMetrics.serve(
              address,
              () -> ask(() -> new ReflectorMetrics.Snapshot(speaker.peers(), speaker.prefixes()))));
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(e.getMessage() + ". Choose another address (--metrics).", e));
    }
  }

  // Who is accepted.

  /// Nodes come and go with what the datastore says. While it cannot be reached, or says that it is
  /// not complete, everything stays.
  private void follow(Path connectionFile) {
    Datastore datastore = Datastores.open(DatastoreConfig.load(connectionFile, System.getenv()));
    opened.push(datastore);
    Syncer syncer =
        new Syncer(
            datastore,
            new ReadyGate(
                new SyncListener() {
                  @Override
                  public void onUpdates(List<SyncUpdate> updates) {
                    loop.execute(() -> {
                      datastoreClients.onUpdates(updates);
                      configurePeers();
                    });
                  }

                  @Override
                  public void onStatus(Status status) {
                    if (status == Status.WAITING) {
                      log.info("waiting for the datastore; clients stay as they are");
                    }
                  }
                }));
    opened.push(syncer);
    syncer.start();
  }

  /// Puts another configuration in force: peers, ranges and addresses to listen on. Sessions that
  /// it does not concern stay.
  ///
  /// @return what has changed but takes a restart; it stays as it was
  public List<String> reconfigure(ReflectorConfig now) {
    return ask(() -> {
      List<String> restart = new ArrayList<>();
      note(restart, "as", config.as(), now.as());
      note(restart, "routerId", config.routerId(), now.routerId());
      note(restart, "clusterId", config.clusterId(), now.clusterId());
      note(restart, "statusSocket", config.statusSocket(), now.statusSocket());
      note(restart, "metrics", config.metrics(), now.metrics());
      note(restart, "datastore", config.datastore(), now.datastore());
      config =
          new ReflectorConfig(
              now.listen(),
              config.as(),
              config.routerId(),
              config.clusterId(),
              now.clients(),
              now.peers(),
              now.holdTime(),
              config.statusSocket(),
              config.metrics(),
              config.datastore());
      configurePeers();
      speaker.listenOn(config.listen());
      return restart;
    });
  }

  private static void note(
      List<String> changed, String name, @Nullable Object before, @Nullable Object now) {
    if (before == null ? now != null : !before.equals(now)) {
      changed.add(name);
    }
  }

  /// What the configuration says about an address goes before what the datastore says.
  private void configurePeers() {
    SortedMap<IpAddress, Wanted> wanted = new TreeMap<>();
    datastoreClients
        .clients(this::isOurs)
        .forEach((address, as) ->
            wanted.put(address, new Wanted(config.node(address, as), PeerPolicy.CLIENT)));
    for (ReflectorConfig.Peer peer : config.peers()) {
      wanted.put(
          peer.address(),
          new Wanted(
              config.peerConfig(peer), peer.client() ? PeerPolicy.CLIENT : PeerPolicy.ACCEPT_ALL));
    }
    for (IpAddress gone : List.copyOf(installed.keySet())) {
      if (!wanted.containsKey(gone)) {
        installed.remove(gone);
        speaker.removePeer(gone);
        log.info("peer {} is no longer configured", gone);
      }
    }
    wanted.forEach((address, peer) -> {
      Wanted before = installed.put(address, peer);
      if (before == null) {
        speaker.addPeer(peer.config, peer.policy);
        log.info("peer {}, AS {}", address, peer.config.remoteAs());
      } else if (!before.equals(peer)) {
        speaker.updatePeer(peer.config, peer.policy);
        log.info("peer {} has changed", address);
      }
    });
    speaker.acceptPeers(config.clients().stream().map(config::peerRange).toList());
  }

  private boolean isOurs(IpAddress address) {
    for (InetSocketAddress listen : config.listen()) {
      IpAddress own = IpAddress.of(listen.getAddress().getAddress());
      if (own.equals(address) || (listen.getAddress().isAnyLocalAddress() && isLocal(address))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLocal(IpAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address.toInetAddress()) != null;
    } catch (SocketException _) {
      return false;
    }
  }

  // Those who ask.

  @Override
  public <T> T ask(Function<View, T> question) {
    return ask(() ->
        question.apply(new View(speaker, title, peer -> peer.client() ? "client" : "non-client")));
  }

  /// Says goodbye to all peers, and ends.
  ///
  /// @param text for the peers' operators (RFC 9003)
  public void stop(String text) throws InterruptedException {
    closeOpened();
    ask(() -> {
      speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, text);
      return true;
    });
    loop.stop(FAREWELL);
  }

  private void closeOpened() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        log.warn("not closed in order: {}", e.toString());
      }
    }
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
