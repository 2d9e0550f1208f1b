package io.margay.loop.manual;

import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A network in memory. Each host has a [Transport]; what one writes the other reads after the
/// latency, in order, cut into pieces at random. Hosts can die, and paths can fall silent. All
/// hosts are neighbours, so every time to live is the largest.
public final class ManualNetwork {

  private static final int FIRST_EPHEMERAL_PORT = 32768;

  private final ManualEventLoop loop;
  private final Duration latency;
  private final Random random;
  private final Map<InetSocketAddress, ManualListener> listeners = new HashMap<>();
  private final List<ManualConnection> connections = new ArrayList<>();
  private final List<HostTransport> transports = new ArrayList<>();
  private final Set<Set<IpAddress>> silent = new HashSet<>();
  private int nextPort = FIRST_EPHEMERAL_PORT;

  /// A network without hosts.
  ///
  /// @param seed decides where streams are cut into pieces
  public ManualNetwork(ManualEventLoop loop, Duration latency, long seed) {
    this.loop = loop;
    this.latency = latency;
    this.random = new Random(seed);
  }

  /// A transport of the host that has `address`, for a process that starts there.
  public Transport transport(IpAddress address) {
    HostTransport transport = new HostTransport(address);
    transports.add(transport);
    return transport;
  }

  /// The processes of a host die without a word: its kernel closes what they had open, and the
  /// transports given out for it do nothing any more.
  public void kill(IpAddress host) {
    transports.stream().filter(t -> t.address.equals(host)).forEach(t -> t.dead = true);
    listeners.keySet().removeIf(at -> at.getAddress().equals(host.toInetAddress()));
    for (ManualConnection connection : List.copyOf(connections)) {
      if (connection.local.getAddress().equals(host.toInetAddress())) {
        connection.handler = null;
        connection.forget();
        connection.deliverToPeer(peer -> peer.end(new IOException("connection reset by peer")));
      }
    }
  }

  /// Resets all connections between two hosts, as something in between may do; both ends are told.
  public void reset(IpAddress one, IpAddress other) {
    for (ManualConnection connection : List.copyOf(connections)) {
      IpAddress local = IpAddress.of(connection.local.getAddress().getAddress());
      IpAddress remote = IpAddress.of(connection.remote.getAddress().getAddress());
      if (Set.of(one, other).equals(Set.of(local, remote))) {
        connection.end(new IOException("connection reset by peer"));
      }
    }
  }

  /// From now on nothing passes between two hosts, and neither is told.
  public void silence(IpAddress one, IpAddress other) {
    silent.add(Set.of(one, other));
  }

  /// Lets new connections between two hosts pass again, and those on which nothing was lost.
  public void restore(IpAddress one, IpAddress other) {
    silent.remove(Set.of(one, other));
  }

  private boolean isSilent(InetSocketAddress one, InetSocketAddress other) {
    return silent.contains(
        Set.of(
            IpAddress.of(one.getAddress().getAddress()),
            IpAddress.of(other.getAddress().getAddress())));
  }

  private final class HostTransport implements Transport {
    private final IpAddress address;
    private boolean dead;

    HostTransport(IpAddress address) {
      this.address = address;
    }

    @Override
    public Connection connect(
        @Nullable IpAddress local,
        InetSocketAddress remote,
        Protection protection,
        Handler handler) {
      IpAddress source = local == null ? address : local;
      InetSocketAddress from = new InetSocketAddress(source.toInetAddress(), nextPort++);
      ManualConnection connection = new ManualConnection(from, remote, handler);
      if (dead || isSilent(from, remote)) {
        return connection;
      }
      connections.add(connection);
      loop.schedule(latency, () -> arrive(connection, protection));
      return connection;
    }

    private void arrive(ManualConnection opening, Protection protection) {
      if (opening.handler == null) {
        return;
      }
      ManualListener listener = listeners.get(opening.remote);
      if (listener == null) {
        loop.schedule(
            latency, () -> opening.end(new IOException("connection refused: " + opening.remote)));
        return;
      }
      Protection demanded =
          listener.demanded(IpAddress.of(opening.local.getAddress().getAddress()));
      if (!Objects.equals(protection.password(), demanded.password())) {
        // The kernel drops what is not signed as it should be, and says nothing.
        return;
      }
      ManualConnection accepted =
          new ManualConnection(/* local= */ opening.remote, /* remote= */ opening.local, null);
      accepted.join(opening);
      // As TCP has it: the connection is open before anyone decides to refuse it.
      loop.schedule(latency, opening::opened);
      accepted.handler = listener.acceptor.onAccept(accepted);
      if (accepted.handler == null) {
        accepted.forget();
        accepted.deliverToPeer(peer -> peer.end(new IOException("connection reset by peer")));
      }
    }

    @Override
    public Listener listen(InetSocketAddress local, Acceptor acceptor) {
      if (dead) {
        throw new UncheckedIOException(new IOException(address + " was killed"));
      }
      InetSocketAddress bound =
          local.getPort() == 0 ? new InetSocketAddress(local.getAddress(), nextPort++) : local;
      if (listeners.containsKey(bound)) {
        throw new UncheckedIOException(new IOException("address already in use: " + bound));
      }
      ManualListener listener = new ManualListener(bound, acceptor);
      listeners.put(bound, listener);
      return listener;
    }
  }

  private final class ManualListener implements Transport.Listener {
    private final InetSocketAddress bound;
    private final Transport.Acceptor acceptor;
    private final Map<IpPrefix, Protection> protections = new HashMap<>();

    ManualListener(InetSocketAddress bound, Transport.Acceptor acceptor) {
      this.bound = bound;
      this.acceptor = acceptor;
    }

    @Override
    public InetSocketAddress localAddress() {
      return bound;
    }

    @Override
    public void protect(IpPrefix remotes, Protection protection) {
      if (protection.equals(Protection.NONE)) {
        protections.remove(remotes);
      } else {
        protections.put(remotes, protection);
      }
    }

    Protection demanded(IpAddress remote) {
      return protections.entrySet().stream()
          .filter(entry -> entry.getKey().contains(remote))
          .max(Comparator.comparingInt(entry -> entry.getKey().length()))
          .map(Map.Entry::getValue)
          .orElse(Protection.NONE);
    }

    @Override
    public void close() {
      listeners.remove(bound, this);
    }
  }

  private final class ManualConnection extends ManualStream {

    ManualConnection(
        InetSocketAddress local, InetSocketAddress remote, Transport.@Nullable Handler handler) {
      super(loop, latency, random, local, remote, handler);
    }

    void join(ManualConnection other) {
      pair(other);
      connections.add(this);
    }

    @Override
    boolean isSilent() {
      return ManualNetwork.this.isSilent(local, remote);
    }

    @Override
    void forget() {
      connections.remove(this);
    }
  }
}
