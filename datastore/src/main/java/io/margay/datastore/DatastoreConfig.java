package io.margay.datastore;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which store to use, and how to reach it.
public sealed interface DatastoreConfig {

  /// Where `calicoctl` looks for its configuration.
  Path DEFAULT_FILE = Path.of("/etc/calico/calicoctl.cfg");

  /// Chooses as Calico v1.1 does: by the file if there is one, and then by it alone; else by the
  /// environment, where `CALICO_X` wins over `X`. If neither says anything, it is the embedded
  /// store at its default place.
  ///
  /// @param file the configuration file, which need not exist
  /// @param environment usually [System#getenv()]
  /// @throws DatastoreException.Misconfigured if what is configured makes no sense
  static DatastoreConfig load(Path file, Map<String, String> environment) {
    return load(file, environment, EmbeddedPath.isRoot());
  }

  /// @param root whether the process may write below `/var/lib`
  static DatastoreConfig load(Path file, Map<String, String> environment, boolean root) {
    var defaultPath = EmbeddedPath.defaultPath(environment, root);
    return ConnectionFile.read(file)
        .map(settings -> settings.toConfig(defaultPath))
        .orElseGet(() -> ConnectionSettings.ofEnvironment(environment).toConfig(defaultPath));
  }

  /// The store in a file on this machine.
  record Embedded(Path path) implements DatastoreConfig {}

  /// etcd.
  ///
  /// @param api how to speak to it
  /// @param endpoints URLs, at least one
  /// @param credentials null if it asks for none
  record Etcd(
      EtcdApi api, List<String> endpoints, @Nullable EtcdCredentials credentials, EtcdTls tls)
      implements DatastoreConfig {
    public Etcd {
      endpoints = List.copyOf(endpoints);
    }
  }

  enum EtcdApi {
    V2,
    V3;

    /// The type as configurations spell it.
    @Override
    public String toString() {
      return this == V2 ? "etcdv2" : "etcdv3";
    }
  }

  record EtcdCredentials(String username, String password) {
    /// Without the password.
    @Override
    public String toString() {
      return "EtcdCredentials[username=" + username + "]";
    }
  }

  /// Files in PEM form; null where none is given.
  record EtcdTls(@Nullable Path keyFile, @Nullable Path certFile, @Nullable Path caCertFile) {}
}
