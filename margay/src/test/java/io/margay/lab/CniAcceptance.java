package io.margay.lab;

import io.margay.lab.CniLab.Container;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/// The plugins through the boundary of their process: standard input, environment, exit code,
/// standard output; what they do is seen in namespaces and in the datastore. Each test leaves
/// nothing.
abstract class CniAcceptance {

  static final String IPAM = ", \"ipam\": {\"type\": \"calico-ipam\"}";

  static CniLab it;
  private static int sandboxes;

  @BeforeAll
  static void up() {
    it = CniLab.up();
  }

  @AfterAll
  static void down() {
    if (it != null) {
      it.close();
    }
  }

  @AfterEach
  void nothingIsLeft() {
    try {
      it.assertNothingIsLeft();
    } finally {
      it.removeWhatIsLeft();
    }
  }

  static Container container(String id) {
    return new Container(id, sandbox());
  }

  /// A namespace of nobody's.
  static String sandbox() {
    return it.sandbox("sandbox" + ++sandboxes);
  }

  static String in(Container container, String... command) {
    return it.lab.in(container.netns().replace("/run/netns/", ""), command);
  }

  /// Other nodes learn of a first address' block by BGP.
  static void awaitReach(Container container, String address) {
    SeedLab.awaitThat(
        () -> it.reaches(container.netns(), address),
        () -> container + " reaches " + address + "\n" + it.lab.agentOutput());
  }
}
