package io.margay.datastore.etcd;

import io.margay.datastore.path.PathStore.Objection;
import io.margay.datastore.path.PathStore.Put;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// How large a value may be.
public final class ValueSize {

  /// A request of 1.5 MiB (`--max-request-bytes`), less what goes around a value.
  private static final int LIMIT = (3 << 19) - (4 << 10);

  private ValueSize() {}

  public static Optional<Objection> objection(Put put) {
    int size =
        put.value().getBytes(StandardCharsets.UTF_8).length
            + put.path().getBytes(StandardCharsets.UTF_8).length;
    return size <= LIMIT
        ? Optional.empty()
        : Optional.of(
            new Objection(
                put.path(), "has %d bytes, and etcd takes %d at most".formatted(size, LIMIT)));
  }
}
