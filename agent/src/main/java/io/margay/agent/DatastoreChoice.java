package io.margay.agent;

import io.margay.dataplane.config.FelixConfig.DatastoreSettings;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import java.nio.file.Path;
import java.util.Map;

/// Which datastore an agent uses: Felix's own settings come first; where they do not speak of it,
/// the rules of `calicoctl` decide.
final class DatastoreChoice {

  private DatastoreChoice() {}

  /// @param connectionFile the file that `calicoctl` reads, which need not exist
  /// @throws StartException if Felix's settings name a store that is not spoken
  static DatastoreConfig of(
      DatastoreSettings felix, Path connectionFile, Map<String, String> environment) {
    return switch (felix.type()) {
      case UNSET, EMBEDDED -> DatastoreConfig.load(connectionFile, environment);
      case ETCDV2 -> etcd(EtcdApi.V2, felix);
      case ETCDV3 -> etcd(EtcdApi.V3, felix);
      case KUBERNETES ->
          throw new StartException(
              "DatastoreType kubernetes of Felix's settings is not spoken by this build. Leave it"
                  + " out, or set it to embedded, etcdv3 or etcdv2.");
    };
  }

  private static Etcd etcd(EtcdApi api, DatastoreSettings felix) {
    String username = felix.etcdUsername();
    String password = felix.etcdPassword();
    return new Etcd(
        api,
        felix.etcdEndpoints(),
        username == null || password == null ? null : new EtcdCredentials(username, password),
        new EtcdTls(felix.etcdKeyFile(), felix.etcdCertFile(), felix.etcdCaFile()));
  }
}
