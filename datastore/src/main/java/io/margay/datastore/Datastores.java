package io.margay.datastore;

import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.DatastoreProvider.Stay;
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
    return new PathDatastore(openPaths(config, Stay.LONG));
  }

  /// The same for a program that makes a few calls and ends.
  ///
  /// @throws Misconfigured if this build does not speak to such a store
  /// @throws DatastoreException.Unavailable if the store cannot be opened
  public static Datastore openBriefly(DatastoreConfig config) {
    return new PathDatastore(openPaths(config, Stay.BRIEF));
  }

  /// The same store as paths and texts, understood or not.
  ///
  /// @throws Misconfigured if this build does not speak to such a store
  /// @throws DatastoreException.Unavailable if the store cannot be opened
  public static PathStore openPaths(DatastoreConfig config, Stay stay) {
    return switch (config) {
      case DatastoreConfig.Embedded(var path) -> EmbeddedStore.open(path);
      case DatastoreConfig.Etcd etcd -> openByProvider(etcd, stay);
    };
  }

  private static PathStore openByProvider(DatastoreConfig.Etcd config, Stay stay) {
    for (var provider : ServiceLoader.load(DatastoreProvider.class)) {
      var store = provider.open(config, stay);
      if (store.isPresent()) {
        return store.get();
      }
    }
    throw new Misconfigured(
        DatastoreError.DATASTORE_TYPE,
        ("datastore type '%s' (%s) is not spoken by this build: no library for it is on the class"
                + " path; it speaks 'embedded'. %s")
            .formatted(config.api(), String.join(",", config.endpoints()), HOW_TO_CHOOSE_EMBEDDED));
  }
}
