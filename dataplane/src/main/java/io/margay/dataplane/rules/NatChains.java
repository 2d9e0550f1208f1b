package io.margay.dataplane.rules;

import static io.margay.dataplane.rules.Match.ANY;
import static io.margay.dataplane.rules.Match.Direction.DESTINATION;
import static io.margay.dataplane.rules.Match.Direction.SOURCE;

import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/// The chains of table `nat` that depend on endpoints and pools.
public final class NatChains {

  private static final Comparator<IpAddress> AS_TEXT = Comparator.comparing(IpAddress::toString);

  private NatChains() {}

  /// Floating addresses: what is sent to an external address reaches the internal one; what a
  /// workload sends to its own external address comes back to it with that as its source.
  ///
  /// @param nats of all local workloads, of any family. An external address given twice reaches the
  ///   internal one that is smaller as text, so that the order of arrival makes no difference
  public static List<Chain> floating(Collection<IpNat> nats, IpFamily family) {
    SortedMap<IpAddress, IpAddress> internalByExternal = new TreeMap<>(AS_TEXT);
    for (IpNat nat : nats) {
      if (nat.external().family() == family && nat.internal().family() == family) {
        internalByExternal.merge(nat.external(), nat.internal(), BinaryOperator.minBy(AS_TEXT));
      }
    }
    SortedMap<IpAddress, IpAddress> externalByInternal = new TreeMap<>(AS_TEXT);
    internalByExternal.forEach((external, internal) ->
        externalByInternal.merge(internal, external, BinaryOperator.minBy(AS_TEXT)));

    List<Rule> dnat = new ArrayList<>();
    internalByExternal.forEach((external, internal) ->
        dnat.add(ANY.address(DESTINATION, external).then(Target.dnat(internal))));
    List<Rule> snat = new ArrayList<>();
    externalByInternal.forEach((internal, external) ->
        snat.add(
            ANY.address(DESTINATION, internal)
                .address(SOURCE, internal)
                .then(Target.snat(external))));
    return List.of(
        new Chain(ChainNames.FLOATING_DNAT, dnat), new Chain(ChainNames.FLOATING_SNAT, snat));
  }

  /// What leaves for outside all pools from a pool with masquerading gets the host's address.
  ///
  /// @param anyMasquerades whether any pool of the family asks for it
  public static Chain outgoing(boolean anyMasquerades, IpFamily family) {
    if (!anyMasquerades) {
      return new Chain(ChainNames.NAT_OUTGOING, List.of());
    }
    return new Chain(
        ChainNames.NAT_OUTGOING,
        List.of(
            ANY.inSet(SOURCE, SetNames.masqueradedPools(family))
                .notInSet(DESTINATION, SetNames.allPools(family))
                .then(Target.MASQUERADE)));
  }
}
