package io.margay.calicoctl;

import io.margay.calicoctl.CommandSyntax.Option;
import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which resources are meant: a resource with nothing but metadata, as much of it as the user gave.
/// `get` takes it as a filter, `delete` needs it complete.
final class Identifiers {

  static final Option SCOPE = CommandSyntax.oneOf(null, "scope", "global", "node");
  static final Option ORCHESTRATOR = CommandSyntax.valued(null, "orchestrator");
  static final Option WORKLOAD = CommandSyntax.valued(null, "workload");

  private Identifiers() {}

  /// The words of a command line do not name resources.
  static final class InvalidIdentifierException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidIdentifierException(String message) {
      super(message);
    }
  }

  /// Reads `<KIND> [<NAME>]` and the options. Options that do not belong to the kind are ignored.
  static Resource of(CommandLine line) throws InvalidIdentifierException {
    String word = String.valueOf(line.positional(0));
    Kind kind = KindNames.find(word);
    if (kind == null) {
      throw new InvalidIdentifierException("Resource type '" + word + "' is not supported");
    }
    String name = line.positional(1);
    String node = line.value("node");
    return switch (kind) {
      case NODE -> new Node(new Node.Metadata(name), new Node.Spec(null));
      case BGP_PEER ->
          new BgpPeer(
              new BgpPeer.Metadata(scope(line.value("scope")), node, peerAddress(name)),
              new BgpPeer.Spec(new AsNumber(0)));
      case HOST_ENDPOINT ->
          new HostEndpoint(
              new HostEndpoint.Metadata(name, node, new TreeMap<>()),
              new HostEndpoint.Spec(null, List.of(), List.of()));
      case WORKLOAD_ENDPOINT ->
          new WorkloadEndpoint(
              new WorkloadEndpoint.Metadata(
                  name, line.value("workload"), line.value("orchestrator"), node, new TreeMap<>()),
              new WorkloadEndpoint.Spec(List.of(), List.of(), null, null, List.of(), null, null));
      case IP_POOL ->
          new IpPool(new IpPool.Metadata(cidr(name)), new IpPool.Spec(null, false, false));
      case POLICY ->
          new Policy(
              new Policy.Metadata(name),
              new Policy.Spec(null, "", List.of(), List.of(), false, List.of()));
      case PROFILE ->
          new Profile(
              new Profile.Metadata(name, new TreeMap<>(), List.of()),
              new Profile.Spec(List.of(), List.of()));
    };
  }

  private static BgpPeer.@Nullable Scope scope(@Nullable String text)
      throws InvalidIdentifierException {
    if (text == null || text.isEmpty()) {
      return null;
    }
    return switch (text) {
      case "global" -> BgpPeer.Scope.GLOBAL;
      case "node" -> BgpPeer.Scope.NODE;
      default ->
          throw new InvalidIdentifierException(
              "Unrecognized scope '" + text + "', must be one of: global, node");
    };
  }

  private static @Nullable IpAddress peerAddress(@Nullable String text)
      throws InvalidIdentifierException {
    try {
      return text == null ? null : IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidIdentifierException(
          "invalid peer address '" + text + "', expected one such as 192.0.2.1 or 2001:db8::1");
    }
  }

  private static @Nullable IpPrefix cidr(@Nullable String text) throws InvalidIdentifierException {
    try {
      return text == null ? null : IpPrefix.parse(text).masked();
    } catch (IllegalArgumentException e) {
      throw new InvalidIdentifierException(
          "invalid CIDR '" + text + "', expected one such as 192.168.0.0/16 or fd80::/64");
    }
  }

  /// Whether `resource` is among those that `wanted` means: each identifier given there is its own.
  static boolean match(Resource wanted, Resource resource) {
    return switch (wanted) {
      case Node(var want, _) ->
          resource instanceof Node(var is, _) && given(want.name(), is.name());
      case BgpPeer(var want, _) ->
          resource instanceof BgpPeer(var is, _)
              && given(want.scope(), is.scope())
              && given(want.node(), is.node())
              && given(want.peerIp(), is.peerIp());
      case HostEndpoint(var want, _) ->
          resource instanceof HostEndpoint(var is, _)
              && given(want.name(), is.name())
              && given(want.node(), is.node());
      case WorkloadEndpoint(var want, _, _, _) ->
          resource instanceof WorkloadEndpoint(var is, _, _, _)
              && given(want.name(), is.name())
              && given(want.workload(), is.workload())
              && given(want.orchestrator(), is.orchestrator())
              && given(want.node(), is.node());
      case IpPool(var want, _) ->
          resource instanceof IpPool(var is, _) && given(masked(want.cidr()), masked(is.cidr()));
      case Policy(var want, _) ->
          resource instanceof Policy(var is, _) && given(want.name(), is.name());
      case Profile(var want, _) ->
          resource instanceof Profile(var is, _) && given(want.name(), is.name());
    };
  }

  /// Pools stored by older versions may have host bits; they are the same pools.
  private static @Nullable IpPrefix masked(@Nullable IpPrefix cidr) {
    return cidr == null ? null : cidr.masked();
  }

  private static boolean given(@Nullable Object wanted, @Nullable Object is) {
    return wanted == null || wanted.equals("") || wanted.equals(is);
  }
}
