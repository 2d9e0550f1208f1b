package io.margay.kernel.contract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the contracts share: a fresh world for every test.
public abstract class KernelContract {

  private @Nullable KernelWorld world;

  /// Makes a world with no links but `lo`, no routes, no rules, no sets.
  protected abstract KernelWorld openWorld();

  @BeforeEach
  void giveWorld() {
    world = openWorld();
  }

  @AfterEach
  void takeWorld() {
    if (world != null) {
      world.close();
    }
  }

  /// The world of the test under way.
  protected final KernelWorld world() {
    if (world == null) {
      throw new IllegalStateException("no test is under way");
    }
    return world;
  }
}
