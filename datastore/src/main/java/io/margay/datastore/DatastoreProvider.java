package io.margay.datastore;

import io.margay.datastore.path.PathStore;
import java.util.Optional;

/// A backend in a library of its own, found by [java.util.ServiceLoader]: a program that is to
/// speak to it has the library on its class path, and needs to do nothing else.
public interface DatastoreProvider {

  /// How long a program means to use the store. One that makes a few calls and ends should not wait
  /// for what pays off over hours.
  enum Stay {
    BRIEF,
    LONG
  }

  /// Opens the store, or finds that another provider has to.
  ///
  /// @return empty if this provider does not speak to such a store
  /// @throws DatastoreException if it does, and the store cannot be opened
  Optional<PathStore> open(DatastoreConfig config, Stay stay);
}
