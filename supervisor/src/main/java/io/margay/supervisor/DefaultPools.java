package io.margay.supervisor;

import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.KeyRange;
import io.margay.model.IpPool;
import io.margay.model.IpPool.IpipMode;
import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The pools that a cluster without any gets.
///
/// @param cidrs by family, IPv4 first; empty if none are to be made
record DefaultPools(List<IpPrefix> cidrs, @Nullable IpipMode mode) {

  private static final String IPV4_CIDR = "CALICO_IPV4POOL_CIDR";
  private static final String IPV6_CIDR = "CALICO_IPV6POOL_CIDR";
  private static final String IPIP = "CALICO_IPV4POOL_IPIP";

  static DefaultPools of(boolean wanted, Map<String, String> environment) {
    if (!wanted) {
      for (String variable : List.of(IPV4_CIDR, IPV6_CIDR)) {
        if (!environment.getOrDefault(variable, "").isEmpty()) {
          throw new RefusedException(
              "%s is set, and no default pools are to be created. Unset it, or leave out --no-default-ippools"
                  .formatted(variable));
        }
      }
      return new DefaultPools(List.of(), null);
    }
    List<IpPrefix> cidrs = new ArrayList<>();
    cidrs.add(cidr(IPV4_CIDR, "192.168.0.0/16", IpFamily.IPV4, environment));
    if (!isOff(environment.getOrDefault("FELIX_IPV6SUPPORT", "true"))) {
      cidrs.add(cidr(IPV6_CIDR, "fd80:24e2:f998:72d6::/64", IpFamily.IPV6, environment));
    }
    return new DefaultPools(List.copyOf(cidrs), mode(environment.getOrDefault(IPIP, "off")));
  }

  private static boolean isOff(String text) {
    return List.of("false", "no", "0", "off", "n", "f").contains(text.toLowerCase(Locale.ROOT));
  }

  private static IpPrefix cidr(
      String variable, String absent, IpFamily family, Map<String, String> environment) {
    String text = environment.getOrDefault(variable, "");
    try {
      IpPrefix cidr = IpPrefix.parse(text.isEmpty() ? absent : text).masked();
      if (cidr.family() == family) {
        return cidr;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new RefusedException(
        "%s is '%s', expected an IPv%d network such as %s"
            .formatted(variable, text, family.version(), absent));
  }

  private static @Nullable IpipMode mode(String text) {
    return switch (text) {
      case "", "off" -> null;
      case "always" -> IpipMode.ALWAYS;
      case "cross-subnet" -> IpipMode.CROSS_SUBNET;
      default ->
          throw new RefusedException(
              "%s is '%s', expected off, always or cross-subnet".formatted(IPIP, text));
    };
  }

  /// Makes a pool for each family that has none.
  void createMissing(Datastore datastore, boolean hostHasIpv6, Consumer<String> say) {
    List<Entry<Resource>> existing = datastore.list(new KeyRange.Resources(Kind.IP_POOL));
    for (IpPrefix cidr : cidrs) {
      boolean ipv6 = cidr.family() == IpFamily.IPV6;
      boolean isThere =
          existing.stream()
              .anyMatch(entry ->
                  entry.value() instanceof IpPool pool
                      && pool.key().cidr().family() == cidr.family());
      if (!isThere && (hostHasIpv6 || !ipv6)) {
        create(cidr, ipv6 ? null : mode, datastore, say);
      }
    }
  }

  private static void create(
      IpPrefix cidr, @Nullable IpipMode mode, Datastore datastore, Consumer<String> say) {
    IpPool.Ipip ipip = mode == null ? null : new IpPool.Ipip(true, mode);
    try {
      new ResourceWriter(datastore)
          .create(new IpPool(new IpPool.Metadata(cidr), new IpPool.Spec(ipip, true, false)));
      say.accept(
          "Created default IPv%d pool (%s) with NAT outgoing enabled. IPIP mode: %s"
              .formatted(cidr.family().version(), cidr, mode == null ? "off" : mode));
    } catch (DatastoreException.AlreadyExists e) {
      // Another node came first.
    }
  }
}
