package io.margay.reflector;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.message.UpdateEncoder;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Starts a reflector and has clients speak with it for some seconds, so that its JVM can write
/// down which classes that takes and how they behave, ready for the next start (JEP 483 and JEP
/// 515, `-XX:AOTCacheOutput`). `build/start-cache.sh` calls it after a build.
public final class Training {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final AsNumber AS = new AsNumber(64512);
  private static final int CLIENTS = 20;
  private static final int PREFIXES = 200;
  private static final int TABLES = 10;
  private static final int CHANGES = 200;
  private static final int LOST = 10;
  private static final int HOLD_TIME_SECONDS = 90;

  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final NettyEventLoop loop = new NettyEventLoop("clients", failure::complete);
  private final NettyTransport transport = new NettyTransport(loop);
  private final List<Client> clients = new ArrayList<>();
  private final int port;

  private Training(int port) {
    this.port = port;
  }

  /// One client, and how many routes of others it knows.
  private static final class Client implements RouteListener {
    final int number;
    int known;
    @Nullable BgpSpeaker speaker;

    Client(int number) {
      this.number = number;
    }

    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      known += best == null ? -1 : 1;
    }

    @Override
    public void initialFeedComplete() {}
  }

  /// @param arguments the command that starts a reflector, which is completed with its options
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(List.of("reflector", "--listen", "127.0.0.1:" + port, "--as", AS.toString()));
    command.addAll(List.of("--router-id", "10.255.255.254", "--accept-clients", "127.1.0.0/16"));
    Process reflector = new ProcessBuilder(command).inheritIO().start();
    try {
      new Training(port).run();
    } finally {
      reflector.destroy();
      if (!reflector.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        reflector.destroyForcibly();
      }
    }
    System.exit(reflector.exitValue() == 0 || reflector.exitValue() == 128 + 15 ? 0 : 1);
  }

  private void run() throws IOException {
    for (int number = 0; number < CLIENTS; number++) {
      Client client = new Client(number);
      clients.add(client);
      loop.execute(() -> start(client));
    }
    await(() ->
        clients.stream()
            .allMatch(client ->
                client.speaker != null
                    && client.speaker.peers().getFirst().state() == SessionState.ESTABLISHED));
    for (int table = 0; table < TABLES; table++) {
      loop.execute(() -> clients.forEach(client -> tell(client, 0, PREFIXES, true)));
      await(
          () -> clients.stream().allMatch(client -> client.known == 2 * (CLIENTS - 1) * PREFIXES));
      loop.execute(() -> clients.forEach(client -> tell(client, 0, PREFIXES, false)));
      await(() -> clients.stream().allMatch(client -> client.known == 0));
    }
    for (int change = 0; change < CHANGES; change++) {
      Client client = clients.get(change % CLIENTS);
      loop.execute(() -> tell(client, 0, 1, true));
      await(() -> clients.stream().allMatch(each -> each == client || each.known == 2));
      loop.execute(() -> tell(client, 0, 1, false));
      await(() -> clients.stream().allMatch(each -> each.known == 0));
    }
    for (int number = 1; number <= LOST; number++) {
      lose(number);
    }
    loop.close();
  }

  /// A client whose host forgets it.
  private void lose(int number) throws IOException {
    Ipv4Address id = Ipv4Address.parse("127.1.1." + number);
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(id.toInetAddress(), 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      List<ByteBuffer> messages = new ArrayList<>();
      List<Capability> capabilities =
          List.of(
              new Capability.Multiprotocol(AfiSafi.unicast(IpFamily.IPV4)),
              new Capability.FourOctetAs(AS));
      messages.add(MessageEncoder.encode(new Open(AS, HOLD_TIME_SECONDS, id, capabilities)));
      messages.add(MessageEncoder.encode(new Keepalive()));
      new UpdateEncoder(new SessionCodec(true, false))
          .announce(
              via(id).toBuilder().localPref(PathAttributes.DEFAULT_LOCAL_PREF).build(),
              List.of(IpPrefix.parse("21.0.0.0/26")),
              messages::add);
      for (ByteBuffer message : messages) {
        byte[] octets = new byte[message.remaining()];
        message.get(octets);
        socket.getOutputStream().write(octets);
      }
      await(() -> clients.stream().allMatch(each -> each.known == 1));
      // Closing resets the connection.
      socket.setSoLinger(true, 0);
    }
    await(() -> clients.stream().allMatch(each -> each.known == 0));
  }

  private void start(Client client) {
    IpAddress address = IpAddress.parse("127.1.0." + (client.number + 1));
    SpeakerConfig config =
        new SpeakerConfig(
            (Ipv4Address) address,
            List.of(),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            client.number);
    BgpSpeaker speaker = new BgpSpeaker(config, loop, transport, client);
    speaker.addPeer(
        PeerConfig.builder(IpAddress.parse("127.0.0.1"), AS, AS)
            .remotePort(port)
            .localAddress(address)
            .families(EnumSet.allOf(IpFamily.class))
            .connectRetryTime(Duration.ofSeconds(1))
            .build(),
        PeerPolicy.ACCEPT_ALL);
    speaker.start();
    client.speaker = speaker;
  }

  private static void tell(Client client, int from, int to, boolean announce) {
    BgpSpeaker speaker = client.speaker;
    if (speaker == null) {
      throw new IllegalStateException("a client that has not started");
    }
    int id = client.number + 1;
    for (int i = from; i < to; i++) {
      int block = client.number * PREFIXES + i;
      IpPrefix ipv4 = new IpPrefix(new Ipv4Address(20 << 24 | block << 6), 26);
      IpPrefix ipv6 = new IpPrefix(new Ipv6Address(0xfd20_0000_0000_0000L | block, 0), 122);
      if (announce) {
        speaker.announce(ipv4, via(new Ipv4Address(10 << 24 | id)));
        speaker.announce(ipv6, via(new Ipv6Address(0xfd10_0000_0000_0000L, id)));
      } else {
        speaker.withdraw(ipv4);
        speaker.withdraw(ipv6);
      }
    }
  }

  private static PathAttributes via(IpAddress nextHop) {
    return PathAttributes.builder().nextHop(NextHop.of(nextHop)).build();
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!asked(condition)) {
      if (failure.isDone() || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the clients do not get their routes", failure.getNow(null));
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  private boolean asked(BooleanSupplier condition) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    loop.execute(() -> answer.complete(condition.getAsBoolean()));
    return answer.join();
  }
}
