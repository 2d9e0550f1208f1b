package io.margay.agent;

import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.model.Node;
import io.margay.model.Resource;
import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes sure that the datastore knows this node: what the command line says wins, what it leaves
/// out stays as it is stored.
final class NodeRegistration {

  private final Datastore datastore;

  NodeRegistration(Datastore datastore) {
    this.datastore = datastore;
  }

  /// Stores the node resource. A node that is stored like that already is not written again.
  Node register(NodeOptions options) {
    Node fresh = new Node(new Node.Metadata(options.name()), new Node.Spec(null));
    Optional<Entry<Resource>> entry = datastore.get(new Key.ForResource(fresh.key()));
    Node.Bgp stored =
        entry.isPresent() && entry.get().value() instanceof Node before
            ? before.spec().bgp()
            : null;
    Node node = new Node(fresh.metadata(), new Node.Spec(merge(options, stored)));
    new ResourceWriter(datastore).apply(node);
    return node;
  }

  private static Node.@Nullable Bgp merge(NodeOptions options, Node.@Nullable Bgp stored) {
    IpPrefix ipv4 = chosen(options.ipv4(), stored == null ? null : stored.ipv4Address());
    IpPrefix ipv6 = chosen(options.ipv6(), stored == null ? null : stored.ipv6Address());
    AsNumber as = chosen(options.asNumber(), stored == null ? null : stored.asNumber());
    return ipv4 == null && ipv6 == null ? null : new Node.Bgp(as, ipv4, ipv6);
  }

  private static <T> @Nullable T chosen(@Nullable T option, @Nullable T stored) {
    return option != null ? option : stored;
  }
}
