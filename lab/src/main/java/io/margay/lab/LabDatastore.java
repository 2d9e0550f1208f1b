package io.margay.lab;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.net.IpAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Which datastore the agents of a lab share.
sealed interface LabDatastore {

  /// The names that [#parse] takes.
  List<String> NAMES = List.of("embedded", "etcdv3", "etcdv2");

  /// The type as configurations spell it.
  String type();

  /// The file beside the logs of the lab.
  record Embedded() implements LabDatastore {
    @Override
    public String type() {
      return "embedded";
    }
  }

  /// A cluster of etcd on the lab's LAN, which starts and ends with the lab.
  ///
  /// @param members how many; an odd number, as a majority of them has to live
  record Etcd(EtcdApi api, int members) implements LabDatastore {
    private static final int MOST_MEMBERS = 7;

    public Etcd {
      if (members < 1 || members > MOST_MEMBERS || members % 2 == 0) {
        throw new LabException(
            "%d members make no sense, expected 1, 3, 5 or 7: a majority has to live."
                .formatted(members));
      }
    }

    @Override
    public String type() {
      return api.toString();
    }

    /// @param address of the switch, where all members listen
    List<String> endpoints(IpAddress address) {
      return IntStream.range(0, members).mapToObj(i -> url(address, clientPort(i))).toList();
    }

    static String url(IpAddress address, int port) {
      return "http://" + address + ":" + port;
    }

    /// 2379 and 2380 are etcd's own; the next members take the next pairs.
    static int clientPort(int member) {
      return 2379 + 2 * member;
    }

    static int peerPort(int member) {
      return clientPort(member) + 1;
    }
  }

  /// @param members how many members etcd has; of no meaning to the embedded store
  static LabDatastore parse(String name, int members) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "embedded" -> new Embedded();
      case "etcdv3" -> new Etcd(EtcdApi.V3, members);
      case "etcdv2" -> new Etcd(EtcdApi.V2, members);
      default ->
          throw new LabException(
              "there is no datastore '%s' for labs, expected one of: %s"
                  .formatted(name, String.join(", ", NAMES)));
    };
  }

  /// What a program needs to know to find it, as variables of its environment. The same settings
  /// are those of configuration files, in another spelling.
  ///
  /// @param switchAddress where etcd is
  default Map<String, String> environment(LabDirectory directory, IpAddress switchAddress) {
    return switch (this) {
      case Embedded _ ->
          Map.of("DATASTORE_TYPE", type(), "EMBEDDED_PATH", directory.datastore().toString());
      case Etcd etcd ->
          Map.of(
              "DATASTORE_TYPE", type(),
              "ETCD_ENDPOINTS", String.join(",", etcd.endpoints(switchAddress)));
    };
  }

  /// The same as a configuration file.
  default String configuration(LabDirectory directory, IpAddress switchAddress) {
    Map<String, String> fields =
        Map.of(
            "DATASTORE_TYPE", "datastoreType",
            "EMBEDDED_PATH", "embeddedPath",
            "ETCD_ENDPOINTS", "etcdEndpoints");
    return environment(directory, switchAddress).entrySet().stream()
        .map(each -> "  %s: \"%s\"%n".formatted(fields.get(each.getKey()), each.getValue()))
        .sorted()
        .collect(
            Collectors.joining(
                "", "apiVersion: v1\nkind: calicoApiConfig\nmetadata:\nspec:\n", ""));
  }

  /// For people.
  default String describe(LabDirectory directory, IpAddress switchAddress) {
    return switch (this) {
      case Embedded _ -> type() + " at " + directory.datastore();
      case Etcd etcd -> type() + " at " + String.join(", ", etcd.endpoints(switchAddress));
    };
  }
}
