package io.margay.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.attach.Faults.When;
import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each call of the kernel and of the datastore fails once, before or after it was carried out.
class AttachmentFaultsTest {

  private static final Workload WORKLOAD = Workload.container("faulty");

  @ParameterizedTest
  @EnumSource(When.class)
  void anAddThatFailsLeavesNothingAndMayBeTriedAgain(When when) throws IOException {
    try (World world = new World()) {
      Path netns = world.namespace();
      List<String> failed = new ArrayList<>();
      for (int call = 1; ; call++) {
        world.forgetProfile();
        world.faults.fail(call, when);
        boolean succeeded = succeeds(() -> world.add(WORKLOAD, netns));
        List<String> fault = world.faults.failed();
        world.faults.none();
        failed.addAll(fault);
        if (!succeeded) {
          world.assertNothingOf(WORKLOAD, netns, fault + " failed " + when);
          assertThat(world.add(WORKLOAD, netns).addresses()).hasSize(2);
        }
        world.delete(WORKLOAD, netns);
        world.assertNothingOf(WORKLOAD, netns, "DEL after " + fault);
        if (fault.isEmpty()) {
          break;
        }
      }
      assertThat(failed)
          .contains(
              "Veths.create",
              "Veths.setUp",
              "Veths.addAddress",
              "Routes.add",
              "Neighbours.replace",
              "Sysctls.write",
              "Datastore.apply",
              "Datastore.create");
    }
  }

  @ParameterizedTest
  @EnumSource(When.class)
  void aDelThatFailsMayBeTriedAgain(When when) throws IOException {
    try (World world = new World()) {
      Path netns = world.namespace();
      List<String> failed = new ArrayList<>();
      for (int call = 1; ; call++) {
        world.add(WORKLOAD, netns);
        world.faults.fail(call, when);
        boolean succeeded = succeeds(() -> world.delete(WORKLOAD, netns));
        List<String> fault = world.faults.failed();
        world.faults.none();
        failed.addAll(fault);
        if (!succeeded) {
          world.delete(WORKLOAD, netns);
        }
        world.assertNothingOf(WORKLOAD, netns, fault + " failed " + when);
        if (fault.isEmpty()) {
          break;
        }
      }
      assertThat(failed).contains("Veths.delete", "Datastore.delete");
    }
  }

  private static boolean succeeds(Runnable work) {
    try {
      work.run();
      return true;
    } catch (KernelException | DatastoreException | AttachException e) {
      return false;
    }
  }
}
