package io.margay;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Dependencies point one way: as docs/architecture.md draws them. Add an arrow there and here when
/// something needs it, not before.
class ModuleDirectionTest {

  private static final String ROOT = "io.margay.";

  /// For each module, the modules it may use.
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("net", Set.of()),
          Map.entry("loop", Set.of("net")),
          Map.entry("monitoring", Set.of()),
          Map.entry("unixsocket", Set.of()),
          Map.entry("model", Set.of("net")),
          Map.entry("datastore", Set.of("model", "net")),
          Map.entry("ipam", Set.of("datastore", "model", "net")),
          Map.entry("cluster", Set.of("datastore", "ipam", "model", "net")),
          Map.entry("calc", Set.of("datastore", "model", "net")),
          Map.entry("kernel", Set.of("net")),
          Map.entry("linux", Set.of("kernel", "net")),
          Map.entry("cni", Set.of()),
          Map.entry("attach", Set.of("datastore", "ipam", "kernel", "model", "net")),
          Map.entry("dataplane", Set.of("calc", "kernel", "model", "net")),
          Map.entry("bgp", Set.of("loop", "net")),
          Map.entry("transport", Set.of("loop", "net")),
          Map.entry("routing", Set.of("bgp", "datastore", "kernel", "loop", "model", "net")),
          Map.entry(
              "agent",
              Set.of(
                  "attach",
                  "bgp",
                  "calc",
                  "cluster",
                  "dataplane",
                  "datastore",
                  "ipam",
                  "kernel",
                  "kubernetes",
                  "linux",
                  "lookingglass",
                  "loop",
                  "model",
                  "monitoring",
                  "net",
                  "routing",
                  "transport",
                  "unixsocket")),
          Map.entry("lookingglass", Set.of("bgp", "loop", "net", "unixsocket")),
          Map.entry(
              "reflector",
              Set.of(
                  "bgp",
                  "datastore",
                  "lookingglass",
                  "loop",
                  "model",
                  "monitoring",
                  "net",
                  "transport")),
          Map.entry(
              "libnetwork",
              Set.of("attach", "datastore", "ipam", "kernel", "linux", "loop", "model", "net")),
          Map.entry(
              "kubernetes",
              Set.of("attach", "cluster", "datastore", "ipam", "loop", "model", "net")),
          Map.entry("calicoctl", Set.of("cluster", "datastore", "ipam", "model", "net")),
          Map.entry(
              "supervisor",
              Set.of(
                  "agent",
                  "calicoctl",
                  "cluster",
                  "datastore",
                  "ipam",
                  "kernel",
                  "linux",
                  "model",
                  "net")),
          Map.entry("lab", Set.of("datastore", "model", "net")));

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.margay");
  }

  @Test
  void everyModuleUsesOnlyWhatTheDrawingSays() {
    Map<String, Set<String>> wrong = new TreeMap<>();
    for (JavaClass from : classes) {
      String module = module(from);
      if (module.isEmpty()) {
        continue;
      }
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        String used = module(dependency.getTargetClass().getBaseComponentType());
        if (!used.isEmpty() && !used.equals(module) && !ARROWS.get(module).contains(used)) {
          wrong
              .computeIfAbsent(module + " -> " + used, _ -> new TreeSet<>())
              .add(dependency.getDescription());
        }
      }
    }
    assertThat(wrong)
        .as("arrows that docs/architecture.md does not draw; move the code, or draw the arrow")
        .isEmpty();
  }

  @Test
  void everyModuleIsInTheDrawing() {
    Set<String> found = new TreeSet<>();
    classes.forEach(each -> found.add(module(each)));
    found.remove("");
    assertThat(found).isEqualTo(new TreeSet<>(ARROWS.keySet()));
  }

  @Test
  void onlyLinuxCallsNativeCode() {
    Set<String> callers = new TreeSet<>();
    for (JavaClass from : classes) {
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        if (dependency.getTargetClass().getPackageName().equals("java.lang.foreign")) {
          callers.add(module(from));
        }
      }
    }
    assertThat(callers).containsExactly("linux");
  }

  /// The wall clock jumps when people or NTP set it: nothing may be timed by it that packets depend
  /// on.
  @Test
  void whatPacketsDependOnNeverLooksAtTheWallClock() {
    Set<String> timed =
        Set.of(
            "bgp", "calc", "dataplane", "kernel", "linux", "loop", "net", "routing", "transport");
    Set<String> looks =
        Set.of(
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.InstantSource.system",
            "java.util.Date.<init>");
    Set<String> wrong = new TreeSet<>();
    Set<String> others = new TreeSet<>();
    for (JavaClass from : classes) {
      from.getAccessesFromSelf().stream()
          .filter(access ->
              looks.contains(access.getTargetOwner().getFullName() + "." + access.getName()))
          .forEach(access ->
              (timed.contains(module(from)) ? wrong : others).add(access.getDescription()));
    }
    assertThat(wrong).isEmpty();
    assertThat(others).as("elsewhere it is looked at, and seen here").isNotEmpty();
  }

  /// The module of a class; empty for the program's own package and for classes of others.
  private static String module(JavaClass each) {
    String name = each.getPackageName() + ".";
    if (!name.startsWith(ROOT) || name.equals(ROOT)) {
      return "";
    }
    return name.substring(ROOT.length(), name.indexOf('.', ROOT.length()));
  }
}
