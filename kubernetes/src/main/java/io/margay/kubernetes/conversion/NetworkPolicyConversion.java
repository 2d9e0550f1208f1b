package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.margay.model.Policy;
import io.margay.model.Policy.Direction;
import io.margay.model.Protocol;
import io.margay.model.Rule;
import io.margay.model.Rule.Action;
import io.margay.model.Rule.Entity;
import io.margay.model.selector.Expression;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A NetworkPolicy of Kubernetes as a policy of ours.
///
/// The policy selects the pods and allows what the rules allow. As it allows nothing else, a pod
/// that any policy selects is isolated in the directions that the policy names; the others fall to
/// the profile of their namespace, which allows everything.
///
/// A rule that cannot be expressed is left out and told of: the pods stay isolated, and less passes
/// than was meant rather than more.
public final class NetworkPolicyConversion {

  /// The order that the policy controller of Calico 2.1 gave to all its policies.
  public static final double ORDER = 1000;

  private static final Rule ALLOW_ALL = allow(null, Entity.ANY, Entity.ANY);

  private final Naming naming;
  private final NamedPorts namedPorts;

  public NetworkPolicyConversion(Naming naming, NamedPorts namedPorts) {
    this.naming = naming;
    this.namedPorts = namedPorts;
  }

  /// @param problems of rules that were left out; empty if the policy says all of what was meant
  public record Converted(Policy policy, List<String> problems) {
    public Converted {
      problems = List.copyOf(problems);
    }
  }

  /// @throws InconvertibleException if it cannot be told which pods the policy is about
  public Converted convert(NetworkPolicy source) throws InconvertibleException {
    String namespace = source.getMetadata().getNamespace();
    NetworkPolicySpec spec = source.getSpec() == null ? new NetworkPolicySpec() : source.getSpec();
    List<String> problems = new ArrayList<>();
    List<Direction> types = types(spec, problems);
    List<Rule> ingress = new ArrayList<>();
    for (int i = 0; i < spec.getIngress().size(); i++) {
      var rule = spec.getIngress().get(i);
      add(Direction.INGRESS, i, rule.getFrom(), rule.getPorts(), namespace, ingress, problems);
    }
    List<Rule> egress = new ArrayList<>();
    for (int i = 0; i < spec.getEgress().size(); i++) {
      var rule = spec.getEgress().get(i);
      add(Direction.EGRESS, i, rule.getTo(), rule.getPorts(), namespace, egress, problems);
    }
    return new Converted(
        new Policy(
            new Policy.Metadata(naming.policy(namespace, source.getMetadata().getName())),
            new Policy.Spec(
                ORDER,
                selector(namespace, spec.getPodSelector()),
                upToAllowAll(ingress),
                // An agent of Calico 2.1 knows no directions: this rule makes it do what its own
                // policy controller wanted.
                types.contains(Direction.EGRESS) ? upToAllowAll(egress) : List.of(ALLOW_ALL),
                false,
                types)),
        problems);
  }

  /// Whether a policy in the datastore was made from a NetworkPolicy of Kubernetes: its name, its
  /// order and its selector all say so. An operator's own policies are never ours.
  public boolean isConverted(Policy policy) {
    Policy.Spec spec = policy.spec();
    if (spec.order() == null || spec.order() != ORDER) {
      return false;
    }
    Expression root = io.margay.model.selector.Selector.parse(spec.selector()).root();
    Expression first = root instanceof Expression.And(var operands) ? operands.getFirst() : root;
    return first instanceof Expression.LabelEquals(String label, String namespace)
        && label.equals(naming.namespaceLabel())
        && policy.key().name().startsWith(naming.policy(namespace, ""));
  }

  private String selector(String namespace, @Nullable LabelSelector pods)
      throws InconvertibleException {
    List<Expression> terms = new ArrayList<>();
    terms.add(new Expression.LabelEquals(naming.namespaceLabel(), namespace));
    if (pods != null) {
      terms.addAll(LabelSelectors.terms(pods, label -> label));
    }
    return LabelSelectors.text(terms);
  }

  /// Absent types mean ingress, and egress if there are rules for it (API reference of
  /// NetworkPolicySpec).
  private static List<Direction> types(NetworkPolicySpec spec, List<String> problems) {
    List<String> given = spec.getPolicyTypes();
    if (given == null || given.isEmpty()) {
      return spec.getEgress().isEmpty()
          ? List.of(Direction.INGRESS)
          : List.of(Direction.INGRESS, Direction.EGRESS);
    }
    List<Direction> types = new ArrayList<>();
    for (String type : given) {
      switch (type) {
        case "Ingress" -> types.add(Direction.INGRESS);
        case "Egress" -> types.add(Direction.EGRESS);
        default -> {
          problems.add("policyTypes: '" + type + "'; isolated in both directions instead");
          types.addAll(List.of(Direction.values()));
        }
      }
    }
    return types;
  }

  private void add(
      Direction direction,
      int index,
      @Nullable List<NetworkPolicyPeer> peers,
      @Nullable List<NetworkPolicyPort> ports,
      String namespace,
      List<Rule> rules,
      List<String> problems) {
    try {
      for (PortMatch port : PortMatch.of(ports, namedPorts, naming)) {
        for (PeerMatch peer : PeerMatch.of(peers, namespace, naming)) {
          rules.add(rule(direction, port, peer));
        }
      }
    } catch (InconvertibleException e) {
      problems.add("%s[%d]: %s".formatted(direction, index, e.getMessage()));
    }
  }

  /// A named port narrows the destination to the pods that have it at that number: the pod itself
  /// for ingress, the peer for egress.
  private static Rule rule(Direction direction, PortMatch port, PeerMatch peer) {
    List<Expression> named = port.destination() == null ? List.of() : List.of(port.destination());
    return switch (direction) {
      case INGRESS ->
          allow(
              port.protocol(),
              entity(peer, peer.terms(), port, false),
              entity(null, named, port, true));
      case EGRESS -> {
        List<Expression> terms = new ArrayList<>(peer.terms());
        terms.addAll(named);
        yield allow(port.protocol(), Entity.ANY, entity(peer, terms, port, true));
      }
    };
  }

  private static Entity entity(
      @Nullable PeerMatch peer, List<Expression> terms, PortMatch port, boolean withPorts) {
    return new Entity(
        peer == null ? null : peer.net(),
        peer == null ? null : peer.notNet(),
        terms.isEmpty() ? null : LabelSelectors.text(terms),
        null,
        null,
        null,
        withPorts ? port.ports() : List.of(),
        List.of());
  }

  private static Rule allow(@Nullable Protocol protocol, Entity source, Entity destination) {
    return new Rule(Action.ALLOW, (IpFamily) null, protocol, null, null, null, source, destination);
  }

  /// After a rule that allows everything no other one matters.
  private static List<Rule> upToAllowAll(List<Rule> rules) {
    return rules.contains(ALLOW_ALL) ? List.of(ALLOW_ALL) : rules;
  }
}
