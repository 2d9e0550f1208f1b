package io.margay.lookingglass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.rib.ExportPolicy;
import io.margay.bgp.rib.InteriorCost;
import io.margay.bgp.session.PeerConfig;
import io.margay.loop.manual.ManualEventLoop;
import io.margay.loop.manual.ManualNetwork;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// A reflector 10.0.0.9 with two clients and an external peer, looked into over real sockets.
class ShowTest {

  private static final AsNumber AS = new AsNumber(64512);
  private static final AsNumber OUTSIDE = new AsNumber(65007);

  @TempDir Path directory;

  private final ManualEventLoop loop = new ManualEventLoop();
  private final ManualNetwork network = new ManualNetwork(loop, Duration.ofMillis(1), 1);
  private final List<LookingGlass> glasses = new ArrayList<>();
  private final BgpSpeaker reflector =
      speaker(9, address -> address.equals(address(66)) ? InteriorCost.UNREACHABLE : 0);
  private final BgpSpeaker one = speaker(1, InteriorCost.EQUAL);
  private final BgpSpeaker two = speaker(2, InteriorCost.EQUAL);
  private final BgpSpeaker outside = speaker(7, InteriorCost.EQUAL);
  private final AtomicInteger turns = new AtomicInteger();

  private static IpAddress address(int number) {
    return IpAddress.parse("10.0.0." + number);
  }

  private BgpSpeaker speaker(int number, InteriorCost costs) {
    IpAddress address = address(number);
    return new BgpSpeaker(
        new SpeakerConfig(
            (Ipv4Address) address,
            List.of(new InetSocketAddress(address.toInetAddress(), PeerConfig.BGP_PORT)),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            number),
        loop,
        network.transport(address),
        new RouteListener() {
          @Override
          public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {}

          @Override
          public void initialFeedComplete() {}
        },
        costs);
  }

  private static PeerConfig peer(int self, AsNumber selfAs, int other, AsNumber otherAs) {
    return PeerConfig.builder(address(other), otherAs, selfAs)
        .localAddress(address(self))
        .families(EnumSet.allOf(IpFamily.class))
        .nextHop(IpAddress.parse("fd00::" + self))
        .build();
  }

  /// Holds the loop still while it is asked, as no other thread may be on it.
  private synchronized void settle() {
    loop.advance(Duration.ofSeconds(10));
  }

  private Path glass(BgpSpeaker speaker, String name) throws IOException {
    Path socket = directory.resolve(name);
    Speaker.View view =
        new Speaker.View(speaker, "Speaker " + name, each -> each.client() ? "client" : "peer");
    glasses.add(
        LookingGlass.open(
            socket,
            new Speaker() {
              @Override
              public <T> T ask(Function<View, T> question) {
                synchronized (ShowTest.this) {
                  turns.incrementAndGet();
                  return question.apply(view);
                }
              }
            }));
    return socket;
  }

  @BeforeEach
  void sessions() throws IOException {
    reflector.addPeer(peer(9, AS, 1, AS), PeerPolicy.CLIENT);
    reflector.addPeer(
        peer(9, AS, 2, AS),
        new PeerPolicy(route -> route.prefix().length() != 30, ExportPolicy.ALL, true));
    reflector.addPeer(peer(9, AS, 7, OUTSIDE), PeerPolicy.ACCEPT_ALL);
    one.addPeer(peer(1, AS, 9, AS), PeerPolicy.ACCEPT_ALL);
    two.addPeer(peer(2, AS, 9, AS), PeerPolicy.ACCEPT_ALL);
    outside.addPeer(peer(7, OUTSIDE, 9, AS), PeerPolicy.ACCEPT_ALL);
    announce(one, "172.16.0.0/16", "172.16.1.0/24", "172.16.1.128/25", "fd80::/64");
    announce(two, "172.16.1.0/24", "192.0.2.0/30");
    announce(outside, "198.51.100.0/24");
    two.announce(
        IpPrefix.parse("203.0.113.0/24"),
        PathAttributes.builder().nextHop(NextHop.of(address(66))).build());
    List.of(reflector, one, two, outside).forEach(BgpSpeaker::start);
    settle();
    glass(reflector, "r");
  }

  private static void announce(BgpSpeaker speaker, String... prefixes) {
    for (String prefix : prefixes) {
      speaker.announce(IpPrefix.parse(prefix));
    }
  }

  @AfterEach
  void close() {
    glasses.forEach(LookingGlass::close);
  }

  private record Output(int exitCode, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  private Output show(String... words) {
    return showAt("r", words);
  }

  private Output showAt(String socket, String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("show"));
    all.addAll(List.of(words));
    all.addAll(List.of("--socket", directory.resolve(socket).toString()));
    int exitCode =
        new CommandLine(new BgpCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Output(exitCode, out.toString(), err.toString());
  }

  private static JsonNode json(Output output) {
    try {
      return new ObjectMapper().readTree(output.out);
    } catch (IOException e) {
      throw new AssertionError(output.out, e);
    }
  }

  private static List<String> prefixes(Output output) {
    List<String> prefixes = new ArrayList<>();
    json(output).forEach(route -> prefixes.add(route.path("prefix").asText()));
    return prefixes;
  }

  @Test
  void neighborsWithWhatTheyTellAndAreTold() {
    Output output = show("neighbors");
    assertThat(output.exitCode).isZero();
    assertThat(output.lines())
        .startsWith("Speaker r: 3 of 3 sessions established, 7 prefixes")
        .element(1)
        .asString()
        .matches("PEER +AS +KIND +STATE +SINCE +RECEIVED +ACCEPTED +TOLD +LAST ERROR");
    assertThat(output.lines().get(2))
        .matches("10\\.0\\.0\\.1 +64512 +client +Established +0:00:(09|10) +4 +4 +1");
    assertThat(output.lines().get(3))
        .as("a refused one, and one out of reach")
        .matches("10\\.0\\.0\\.2 +64512 +client +Established +0:00:(09|10) +3 +2 +5");
    assertThat(output.lines().get(4))
        .matches("10\\.0\\.0\\.7 +65007 +peer +Established +0:00:(09|10) +1 +1 +4");
  }

  @Test
  void oneNeighborInFull() {
    assertThat(show("neighbors", "10.0.0.1").out)
        .contains("state: Established\n", "  peerId: 10.0.0.1\n", "  families: IPv4, IPv6\n")
        .contains("  restartTimeSeconds: 120\n");
    JsonNode neighbors = json(show("neighbors", "10.0.0.7", "-o", "json"));
    assertThat(neighbors).hasSize(1);
    assertThat(neighbors.get(0).path("as").asLong()).isEqualTo(65007);
    assertThat(neighbors.get(0).path("session").path("enhancedRefresh").asBoolean()).isTrue();
  }

  @Test
  void allPathsAndWhatBecomesOfThem() {
    assertThat(show("rib").lines())
        .extracting(line -> line.replaceAll(" +", " "))
        .startsWith(
            " PREFIX NEXT HOP FROM PREF MED AS PATH MORE",
            "> 172.16.0.0/16 10.0.0.1 10.0.0.1 100 - i",
            "> 172.16.1.0/24 10.0.0.1 10.0.0.1 100 - i",
            "= 172.16.1.0/24 10.0.0.2 10.0.0.2 100 - i",
            "> 172.16.1.128/25 10.0.0.1 10.0.0.1 100 - i",
            "- 192.0.2.0/30 10.0.0.2 10.0.0.2 100 - i refused by the import policy",
            "> 198.51.100.0/24 10.0.0.7 10.0.0.7 - - 65007 i",
            "! 203.0.113.0/24 10.0.0.66 10.0.0.2 100 - i no way to the next hop (RFC 4271"
                + " §9.1.2.1)",
            "> fd80::/64 fd00::1 10.0.0.1 100 - i",
            "8 routes");
  }

  @Test
  void onlyThePrefixesThatAreAskedFor() {
    assertThat(prefixes(show("rib", "172.16.1.0/24", "-o", "json")))
        .containsExactly("172.16.1.0/24", "172.16.1.0/24");
    assertThat(prefixes(show("rib", "172.16.1.0/24", "--longer", "-o", "json")))
        .containsExactly("172.16.1.0/24", "172.16.1.0/24", "172.16.1.128/25");
    assertThat(prefixes(show("rib", "172.16.1.200", "-o", "json")))
        .as("where packets go")
        .containsExactly("172.16.1.128/25");
    assertThat(prefixes(show("rib", "172.16.9.9", "-o", "json"))).containsExactly("172.16.0.0/16");
    assertThat(prefixes(show("rib", "fd80::1", "-o", "json"))).containsExactly("fd80::/64");
    assertThat(prefixes(show("rib", "--ipv6", "-o", "json"))).containsExactly("fd80::/64");
    assertThat(prefixes(show("rib", "8.8.8.8", "-o", "json"))).isEmpty();
    assertThat(prefixes(show("rib", "--peer", "10.0.0.7", "-o", "json")))
        .containsExactly("198.51.100.0/24");
    assertThat(show("rib", "8.8.8.8").lines()).last().isEqualTo("0 routes");
  }

  @Test
  void whatPeersTellLeavesOutOurOwn() {
    reflector.announce(IpPrefix.parse("100.64.0.0/24"));
    settle();
    assertThat(prefixes(show("rib", "100.64.0.0/24", "-o", "json"))).hasSize(1);
    assertThat(prefixes(show("adj-in", "100.64.0.0/24", "-o", "json"))).isEmpty();
    assertThat(prefixes(show("adj-in", "--peer", "10.0.0.2", "-o", "json")))
        .containsExactly("172.16.1.0/24", "192.0.2.0/30", "203.0.113.0/24");
  }

  /// What the reflector says it tells is what the peers say they are told, attributes included.
  @Test
  void whatIsToldIsWhatArrives() throws IOException {
    glass(one, "1");
    glass(two, "2");
    glass(outside, "7");
    for (String number : List.of("1", "2", "7")) {
      JsonNode told = json(show("adj-out", "--peer", "10.0.0." + number, "-o", "json"));
      JsonNode heard = json(showAt(number, "adj-in", "-o", "json"));
      assertThat(words(told)).as("peer " + number).isNotEmpty().isEqualTo(words(heard));
    }
    assertThat(words(json(show("adj-out", "--peer", "10.0.0.1", "-o", "json"))))
        .as("what it told itself is not among it")
        .containsExactly("198.51.100.0/24 10.0.0.9 65007 null []");
  }

  private static List<String> words(JsonNode routes) {
    List<String> words = new ArrayList<>();
    for (JsonNode route : routes) {
      words.add(
          "%s %s %s %s %s"
              .formatted(
                  route.path("prefix").asText(),
                  route.path("nextHop").asText(),
                  route.path("asPath").asText(),
                  route.path("originatorId").asText("null"),
                  route.path("clusterList").isMissingNode() ? "[]" : route.path("clusterList")));
    }
    return words;
  }

  @Test
  void aLargeTableIsShownInOrderAndInManyTurns() {
    for (int i = 0; i < 10_000; i++) {
      one.announce(IpPrefix.parse("11.%d.%d.%d/32".formatted(i >> 16, i >> 8 & 255, i & 255)));
    }
    settle();
    turns.set(0);
    Output output = show("rib", "11.0.0.0/8", "--longer");
    List<String> shown =
        output.lines().stream()
            .filter(line -> line.startsWith(">  11."))
            .map(line -> line.split(" +")[1])
            .toList();
    assertThat(shown).hasSize(10_000).startsWith("11.0.0.0/32", "11.0.0.1/32", "11.0.0.2/32");
    assertThat(shown.get(9_999)).isEqualTo("11.0.39.15/32");
    assertThat(output.lines()).contains("10000 routes");
    assertThat(turns.get()).as("a thousand at most in one turn").isGreaterThanOrEqualTo(13);
  }

  @Test
  void errorsSayWhatIsWrong() {
    assertThat(show("adj-out"))
        .matches(output -> output.exitCode == 2 && output.err.contains("--peer is missing"));
    assertThat(show("adj-out", "--peer", "10.0.0.77"))
        .matches(
            output -> output.exitCode == 1 && output.err.contains("there is no peer 10.0.0.77"));
    assertThat(show("neighbors", "10.0.0.77").err).contains("there is no peer 10.0.0.77");
    assertThat(show("rib", "10.0.0.0/33")).matches(output -> output.exitCode == 2);
    assertThat(show("rib", "--longer").err).contains("--longer needs a PREFIX");
    assertThat(show("rib", "-o", "xml").err).contains("'xml', expected table or json");
    assertThat(showAt("nobody", "rib"))
        .matches(
            output -> output.exitCode == 1 && output.err.contains("no answer from " + directory));
  }

  @Test
  void aQuestionThatIsNoneIsAnsweredWithAnError() throws IOException {
    for (String line : List.of("hello", "{\"table\":\"users\"}", "{\"table\":\"adj_out\"}")) {
      try (SocketChannel channel =
          SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("r")))) {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        assertThat(
                new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("{\"error\":");
      }
    }
  }

  @Test
  void aLeftoverSocketIsReplacedAndALiveOneIsNot() throws IOException {
    assertThatThrownBy(() -> glass(one, "r")).hasMessage("another process answers there");
    try (var leftover = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      leftover.bind(UnixDomainSocketAddress.of(directory.resolve("left")));
    }
    assertThat(Files.exists(directory.resolve("left"))).isTrue();
    glass(one, "left");
    assertThat(showAt("left", "neighbors").exitCode).isZero();
  }
}
