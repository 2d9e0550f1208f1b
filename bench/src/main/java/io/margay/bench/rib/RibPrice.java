package io.margay.bench.rib;

import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.rib.AdjRibIn;
import io.margay.bgp.rib.ExportGroup;
import io.margay.bgp.rib.ExportMember;
import io.margay.bgp.rib.ExportPolicy;
import io.margay.bgp.rib.ExportRules;
import io.margay.bgp.rib.InteriorCost;
import io.margay.bgp.rib.LocRib;
import io.margay.bgp.rib.RouteSource;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;

/// What routes cost in heap: fills a table step by step and prints what each step took.
public final class RibPrice {

  private static final int ROUTES = 1_000_000;
  private static final int ROUTES_PER_ATTRIBUTES = 100;
  private static final AsNumber AS = new AsNumber(64512);

  private static final ExportRules RULES =
      new ExportRules(
          AS,
          new Ipv4Address(0x0affffff),
          false,
          true,
          EnumSet.allOf(IpFamily.class),
          Map.of(),
          false);

  /// A peer that takes everything at once.
  private static final class Sink implements ExportMember.Outlet {
    long octets;

    @Override
    public void send(ByteBuffer messages) {
      octets += messages.remaining();
    }

    @Override
    public ExportMember.State state() {
      return ExportMember.State.READY;
    }

    @Override
    public void roundOver() {}
  }

  private final IpFamily family;
  private final LocRib rib = new LocRib(null, InteriorCost.EQUAL);
  private long before = used();

  private RibPrice(IpFamily family) {
    this.family = family;
  }

  /// The program.
  public static void main(String[] arguments) {
    System.out.printf(
        "%,d routes of each family, %d with the same attributes; octets of heap for each%n%n",
        ROUTES, ROUTES_PER_ATTRIBUTES);
    System.out.println("| | IPv4 | IPv6 |\n| --- | ---: | ---: |");
    double[] ipv4 = new RibPrice(IpFamily.IPV4).prices();
    double[] ipv6 = new RibPrice(IpFamily.IPV6).prices();
    String[] titles = {
      "a route with one path",
      "the same, told to a group of peers",
      "a second path to it",
      "a third path to it"
    };
    for (int i = 0; i < titles.length; i++) {
      System.out.printf("| %s | %.1f | %.1f |%n", titles[i], ipv4[i], ipv6[i]);
    }
  }

  private double[] prices() {
    double[] prices = new double[4];
    ExportGroup group =
        new ExportGroup(
            new ExportGroup.Key(RULES, new SessionCodec(true, false), ExportPolicy.ALL),
            rib,
            () -> false,
            () -> {});
    before = used();
    AdjRibIn first = fill(1);
    prices[0] = taken();
    Sink sink = new Sink();
    ExportMember member = group.join(peer(9), sink);
    while (group.flush()) {
      // More of the table is to be written.
    }
    prices[1] = taken();
    AdjRibIn second = fill(2);
    while (group.flush()) {
      // The choice may be another.
    }
    prices[2] = taken();
    AdjRibIn third = fill(3);
    while (group.flush()) {
      // Likewise.
    }
    prices[3] = taken();
    if (first.size() + second.size() + third.size() != 3 * ROUTES
        || group.advertised(member) != ROUTES
        || sink.octets == 0) {
      throw new IllegalStateException("the table is not what was put into it");
    }
    return prices;
  }

  private static RouteSource.Peer peer(int number) {
    Ipv4Address address = new Ipv4Address(0x0a000000 + number);
    return new RouteSource.Peer(address, AS, address, false, true);
  }

  private AdjRibIn fill(int number) {
    AdjRibIn adjRibIn = new AdjRibIn(rib, peer(number));
    PathAttributes attributes = PathAttributes.local();
    for (int route = 0; route < ROUTES; route++) {
      if (route % ROUTES_PER_ATTRIBUTES == 0) {
        IpAddress nextHop =
            family == IpFamily.IPV4
                ? new Ipv4Address(0x0b000000 + route)
                : new Ipv6Address(0xfd10L << 48, route);
        attributes = PathAttributes.builder().nextHop(NextHop.of(nextHop)).build();
      }
      IpPrefix prefix =
          family == IpFamily.IPV4
              ? new IpPrefix(new Ipv4Address((20 << 24) + (route << 6)), 26)
              : new IpPrefix(new Ipv6Address(0xfd20L << 48, (long) route << 6), 122);
      adjRibIn.put(prefix, 0, attributes, true);
    }
    return adjRibIn;
  }

  /// Octets for each route since the last question.
  private double taken() {
    long now = used();
    double each = (double) (now - before) / ROUTES;
    before = now;
    return each;
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
