package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.margay.model.selector.Expression;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who is at the other end, or, with no terms and no network, anyone.
///
/// @param terms what holds for the endpoints; empty if a network says it
/// @param net null if the terms say it
/// @param notNet a part of `net` that is left out
record PeerMatch(List<Expression> terms, @Nullable IpPrefix net, @Nullable IpPrefix notNet) {

  private static final PeerMatch ANYONE = new PeerMatch(List.of(), null, null);

  /// @param namespace where the policy is
  /// @return empty only if every peer is an empty network
  static List<PeerMatch> of(
      @Nullable List<NetworkPolicyPeer> peers, String namespace, Naming naming)
      throws InconvertibleException {
    if (peers == null || peers.isEmpty()) {
      return List.of(ANYONE);
    }
    List<PeerMatch> matches = new ArrayList<>();
    for (NetworkPolicyPeer peer : peers) {
      matches.addAll(of(peer, namespace, naming));
    }
    return matches;
  }

  private static List<PeerMatch> of(NetworkPolicyPeer peer, String namespace, Naming naming)
      throws InconvertibleException {
    boolean selects = peer.getPodSelector() != null || peer.getNamespaceSelector() != null;
    if (peer.getIpBlock() != null) {
      if (selects) {
        throw new InconvertibleException("a peer has an ipBlock beside a selector");
      }
      return networks(peer.getIpBlock());
    }
    if (!selects) {
      throw new InconvertibleException(
          "a peer is empty; expected podSelector, namespaceSelector or ipBlock");
    }
    List<Expression> terms = new ArrayList<>();
    if (peer.getNamespaceSelector() == null) {
      terms.add(new Expression.LabelEquals(naming.namespaceLabel(), namespace));
    } else {
      // Without this, a selector that asks for the absence of a label would pick endpoints that are
      // no pods.
      terms.add(new Expression.HasLabel(naming.namespaceLabel()));
      terms.addAll(LabelSelectors.terms(peer.getNamespaceSelector(), naming::namespaceLabel));
    }
    if (peer.getPodSelector() != null) {
      terms.addAll(LabelSelectors.terms(peer.getPodSelector(), label -> label));
    }
    return List.of(new PeerMatch(terms, null, null));
  }

  /// A rule can leave out one network; where there are more, what remains is written down.
  private static List<PeerMatch> networks(IPBlock block) throws InconvertibleException {
    IpPrefix cidr = network(block.getCidr());
    List<IpPrefix> except = new ArrayList<>();
    if (block.getExcept() != null) {
      for (String text : block.getExcept()) {
        IpPrefix part = network(text);
        if (!cidr.contains(part)) {
          throw new InconvertibleException(
              "except %s does not lie within the ipBlock's cidr %s".formatted(part, cidr));
        }
        except.add(part);
      }
    }
    if (except.contains(cidr)) {
      return List.of();
    }
    if (except.size() <= 1) {
      return List.of(new PeerMatch(List.of(), cidr, except.isEmpty() ? null : except.getFirst()));
    }
    return PrefixDifference.of(cidr, except).stream()
        .map(part -> new PeerMatch(List.of(), part, null))
        .toList();
  }

  private static IpPrefix network(@Nullable String text) throws InconvertibleException {
    try {
      return IpPrefix.parse(text == null ? "" : text).masked();
    } catch (IllegalArgumentException e) {
      throw new InconvertibleException("'" + text + "' is no network like 192.168.0.0/16");
    }
  }
}
