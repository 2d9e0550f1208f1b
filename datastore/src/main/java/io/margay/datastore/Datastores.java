package io.margay.datastore;

import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.util.ServiceLoader;

/// Opens the store that a configuration names.
public final class Datastores {

  static final String HOW_TO_CHOOSE_EMBEDDED =
      "To use the embedded store, set datastoreType: embedded in the config file, or"
          + " DATASTORE_TYPE=embedded in the environment without a config file; embeddedPath or"
          + " EMBEDDED_PATH say where it lies.";

  private Datastores() {}

  /// @throws Misconfigured if this build does not speak to such a store
  /// @throws DatastoreException.Unavailable if the store cannot be opened
  public static Datastore open(DatastoreConfig config) {
    return new PathDatastore(openPaths(config));
  }

  /// The same store as paths and texts, understood or not.
  ///
  /// @throws Misconfigured if this build does not speak to such a store
  /// @throws DatastoreException.Unavailable if the store cannot be opened
  public static PathStore openPaths(DatastoreConfig config) {
    return switch (config) {
      case DatastoreConfig.Embedded(var path) -> EmbeddedStore.open(path);
      case DatastoreConfig.Etcd etcd -> openByProvider(etcd);
    };
  }

  private static PathStore openByProvider(DatastoreConfig.Etcd config) {
    for (var provider : ServiceLoader.load(DatastoreProvider.class)) {
      var store = provider.open(config);
      if (store.isPresent()) {
        return store.get();
      }
    }
    throw new Misconfigured(
        ("datastore type '%s' (%s) is not spoken by this build: no library for it is on the class"
                + " path; it speaks 'embedded'. %s")
            .formatted(config.api(), String.join(",", config.endpoints()), HOW_TO_CHOOSE_EMBEDDED));
  }
}
