package io.margay.model;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Valid resources of every kind, from a seed. Every optional field is there about half the time,
/// and names are often such that YAML could take them for something else.
public final class RandomResources {

  private static final List<String> NAMES =
      List.of(
          "default",
          "a",
          "no",
          "123",
          "0x1f",
          "1.10",
          "1e3",
          "-",
          "...",
          "_",
          "null",
          "y",
          "True",
          "k8s_ns.default",
          "2017-04-11",
          "x-1",
          "1_000",
          "-1");
  private static final List<List<Policy.Direction>> TYPES =
      List.of(
          List.of(),
          List.of(Policy.Direction.INGRESS),
          List.of(Policy.Direction.EGRESS),
          List.of(Policy.Direction.INGRESS, Policy.Direction.EGRESS));
  private static final List<String> SELECTORS =
      List.of(
          "",
          "all()",
          "!has(a)",
          "a == 'x'",
          "a == \"it's\" && b != ''",
          "a in {'x', 'y'}",
          "a == ': #' || has(b/c)",
          " has(a)",
          "has(a) ",
          "a == 'ünï\uD83D\uDE00'",
          "a == '\\'",
          "a == 'tab\t'",
          "a == 'line\nbreak'",
          "(has(a))",
          "a == \"<&>\"");
  private static final List<String> LABEL_VALUES = List.of("", "x", "true", "1.10", "0", "a.b-c_d");
  private static final List<String> LABEL_KEYS =
      List.of("a", "calico/k8s_ns", "/c", "10", "9", "n", "x.y/z-1", "Null");

  private final Random random;

  public RandomResources(long seed) {
    this.random = new Random(seed);
  }

  public Resource next() {
    return switch (random.nextInt(7)) {
      case 0 -> node();
      case 1 -> bgpPeer();
      case 2 -> hostEndpoint();
      case 3 -> workloadEndpoint();
      case 4 -> ipPool();
      case 5 -> policy();
      default -> profile();
    };
  }

  private Node node() {
    IpPrefix ipv4 = maybe(() -> prefix(IpFamily.IPV4));
    IpPrefix ipv6 = ipv4 == null ? prefix(IpFamily.IPV6) : maybe(() -> prefix(IpFamily.IPV6));
    Node.Bgp bgp = maybe(() -> new Node.Bgp(maybe(this::asNumber), ipv4, ipv6));
    return new Node(new Node.Metadata(name()), new Node.Spec(bgp));
  }

  private BgpPeer bgpPeer() {
    String node = maybe(this::name);
    BgpPeer.Scope scope = node == null ? BgpPeer.Scope.GLOBAL : BgpPeer.Scope.NODE;
    return new BgpPeer(
        new BgpPeer.Metadata(scope, node, address(family())), new BgpPeer.Spec(asNumber()));
  }

  private HostEndpoint hostEndpoint() {
    return new HostEndpoint(
        new HostEndpoint.Metadata(name(), name(), labels()),
        new HostEndpoint.Spec(
            "eth" + random.nextInt(9), byFamily(some(() -> address(family()))), some(this::name)));
  }

  private WorkloadEndpoint workloadEndpoint() {
    List<IpAddress> addresses = byFamily(some(() -> address(family())));
    List<WorkloadEndpoint.IpNat> nats = new ArrayList<>();
    for (IpAddress internal : addresses) {
      if (random.nextBoolean()) {
        nats.add(new WorkloadEndpoint.IpNat(internal, address(internal.family())));
      }
    }
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(name(), name(), name(), name(), labels()),
        new WorkloadEndpoint.Spec(
            addresses.stream().map(IpAddress::toPrefix).toList(),
            nats,
            maybe(() -> address(IpFamily.IPV4)),
            maybe(() -> address(IpFamily.IPV6)),
            some(this::name),
            "cali" + random.nextInt(99),
            maybe(this::mac),
            QosControls.of(maybe(this::limit), maybe(this::limit))));
  }

  private QosControls.Limit limit() {
    return new QosControls.Limit(
        pick(List.of(1_000L, 10_000_000L, 4_294_967_296L, 1_000_000_000_000_000L)),
        maybe(() -> pick(List.of(8L, 524_288L, 34_359_738_360L))));
  }

  private IpPool ipPool() {
    IpFamily family = family();
    Integer blockSize = maybe(() -> random.nextInt(family.bits() - 12, family.bits() + 1));
    int longest = blockSize == null ? family.bits() - 6 : blockSize;
    IpAddress start =
        family == IpFamily.IPV4 ? IpAddress.parse("10.7.0.9") : IpAddress.parse("fd80::9");
    IpPool.Ipip ipip =
        maybe(() ->
            new IpPool.Ipip(
                family == IpFamily.IPV4 && random.nextBoolean(),
                maybe(() -> pick(List.of(IpPool.IpipMode.values())))));
    // An `ipip` section that says nothing has no stored form.
    boolean says = ipip != null && (ipip.enabled() || ipip.mode() != null);
    return new IpPool(
        new IpPool.Metadata(new IpPrefix(start, random.nextInt(12, longest + 1))),
        new IpPool.Spec(
            says ? ipip : null,
            random.nextBoolean(),
            random.nextBoolean(),
            blockSize,
            says && ipip.enabled() ? null : maybe(() -> pick(List.of(IpPool.VxlanMode.values())))));
  }

  private Policy policy() {
    return new Policy(
        new Policy.Metadata(name()),
        new Policy.Spec(
            maybe(() -> pick(List.of(0.0, 1.0, -3.5, 1e6, 1e-9, 1e300, 12345678.9))),
            pick(SELECTORS),
            some(this::rule),
            some(this::rule),
            random.nextBoolean(),
            pick(TYPES)));
  }

  private Profile profile() {
    return new Profile(
        new Profile.Metadata(name(), labels(), some(this::name)),
        new Profile.Spec(some(this::rule), some(this::rule)));
  }

  private Rule rule() {
    IpFamily family = family();
    boolean ports = random.nextBoolean();
    Protocol protocol =
        ports
            ? pick(List.of(Protocol.Named.TCP, new Protocol.Numbered(17)))
            : maybe(() -> pick(List.of(Protocol.Named.ICMPV6, new Protocol.Numbered(47))));
    return new Rule(
        pick(Arrays.asList(Rule.Action.values())),
        maybe(() -> family),
        protocol,
        maybe(() -> Protocol.Named.UDPLITE),
        maybe(this::icmp),
        maybe(this::icmp),
        entity(family, ports),
        entity(family, ports));
  }

  private Rule.Icmp icmp() {
    return new Rule.Icmp(random.nextInt(255), maybe(() -> random.nextInt(256)));
  }

  private Rule.Entity entity(IpFamily family, boolean ports) {
    return new Rule.Entity(
        maybe(() -> prefix(family).masked()),
        maybe(() -> prefix(family()).masked()),
        maybe(this::ruleSelector),
        maybe(this::ruleSelector),
        maybe(this::name),
        maybe(this::name),
        ports ? some(this::port) : List.of(),
        ports ? some(this::port) : List.of());
  }

  private String ruleSelector() {
    return SELECTORS.get(random.nextInt(1, SELECTORS.size()));
  }

  private PortRange port() {
    int first = random.nextInt(1, 65536);
    return random.nextBoolean()
        ? PortRange.single(first)
        : new PortRange(first, random.nextInt(first, 65536));
  }

  private SortedMap<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      labels.put(pick(LABEL_KEYS), pick(LABEL_VALUES));
    }
    return Labels.copyOf(labels);
  }

  private IpPrefix prefix(IpFamily family) {
    return new IpPrefix(address(family), random.nextInt(family.bits() + 1));
  }

  private IpAddress address(IpFamily family) {
    byte[] octets = new byte[family.bits() / 8];
    random.nextBytes(octets);
    if (random.nextBoolean()) {
      Arrays.fill(octets, 1, octets.length - 1, (byte) 0);
    }
    return IpAddress.of(octets);
  }

  private MacAddress mac() {
    byte[] octets = new byte[6];
    random.nextBytes(octets);
    return random.nextBoolean() ? MacAddress.of(octets) : MacAddress.parse("11:22:33:44:55:06");
  }

  private AsNumber asNumber() {
    return new AsNumber(random.nextLong(1L << 32));
  }

  private IpFamily family() {
    return random.nextBoolean() ? IpFamily.IPV4 : IpFamily.IPV6;
  }

  private static List<IpAddress> byFamily(List<IpAddress> addresses) {
    return addresses.stream().sorted(Comparator.comparing(IpAddress::family)).toList();
  }

  private String name() {
    return pick(NAMES);
  }

  private <T> T maybe(Supplier<T> source) {
    return random.nextBoolean() ? source.get() : null;
  }

  private <T> List<T> some(Supplier<T> source) {
    return Stream.generate(source).limit(random.nextInt(4)).toList();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
