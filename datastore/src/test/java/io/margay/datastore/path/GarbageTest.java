package io.margay.datastore.path;

import io.margay.datastore.embedded.EmbeddedStore;
import java.nio.file.Path;

class GarbageTest extends GarbageContract {

  @Override
  protected PathStore open(Path directory) {
    return EmbeddedStore.open(directory.resolve("datastore.db"));
  }

  @Override
  protected int count() {
    return 100_000;
  }
}
