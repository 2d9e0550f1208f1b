package io.margay.dataplane.rules;

import io.margay.net.IpFamily;
import java.util.function.Predicate;

/// The names of our sets in the kernel, which takes up to 31 characters (ipset(8)).
public final class SetNames {

  private static final int MAX_LENGTH = 31;

  private SetNames() {}

  /// @param id as the calculation graph gives it: `s:` or `t:` and a hash
  public static String of(IpFamily family, String id) {
    return cut("cali" + family.version() + "-" + id);
  }

  /// Networks of all pools.
  public static String allPools(IpFamily family) {
    return of(family, "all-ipam-pools");
  }

  /// Networks of those pools whose outgoing traffic is masqueraded.
  public static String masqueradedPools(IpFamily family) {
    return of(family, "masq-ipam-pools");
  }

  /// IPv4 addresses of all hosts, from which IP in IP is accepted.
  public static String allHosts() {
    return of(IpFamily.IPV4, "all-hosts");
  }

  /// Addresses of all hosts of a family, from which VXLAN is accepted.
  public static String allVxlanHosts(IpFamily family) {
    return of(family, "all-vxlan-net");
  }

  /// Under which name the replacement of a set is built: `cali4t` and its id.
  public static String temporary(String name) {
    int dash = name.indexOf('-');
    return cut(name.substring(0, dash) + "t" + name.substring(dash + 1));
  }

  /// Which sets are ours, by name: those above, temporary ones, and those of older Felixes.
  public static Predicate<String> ours(IpFamily family) {
    String current = "cali" + family.version();
    String historic = "felix-" + family.version();
    return name ->
        name.startsWith(current)
            || name.startsWith(historic)
            || (family == IpFamily.IPV4
                && (name.equals("felix-masq-ipam-pools") || name.equals("felix-all-ipam-pools")));
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(MAX_LENGTH, name.length()));
  }
}
