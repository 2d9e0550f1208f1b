package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Prints how the workload endpoints of some nodes are: a line of node, endpoint and status for
/// each. A program of its own, as the datastore may be reachable from inside the lab only.
public final class EndpointStatuses {

  private EndpointStatuses() {}

  /// @param arguments a configuration file, then names of nodes
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    DatastoreConfig config = DatastoreConfig.load(Path.of(words.getFirst()), Map.of());
    try (Datastore datastore = Datastores.openBriefly(config)) {
      for (String node : words.subList(1, words.size())) {
        for (var entry : datastore.list(new KeyRange.WorkloadEndpointStatuses(node))) {
          if (entry.key() instanceof Key.WorkloadEndpointStatus(var endpoint)) {
            System.out.println(node + " " + endpoint.name() + " " + entry.value());
          }
        }
      }
    }
  }
}
