package io.margay.lab;

import java.nio.file.Path;
import java.util.List;

/// Starts a main class of this module in a Java process of its own, small and quick. Native
/// libraries are allowed, as the JVM would warn of them in the midst of the output.
final class JavaProgram {

  private JavaProgram() {}

  /// The words that run `main` with the Java and the class path this process has.
  static List<String> words(Class<?> main) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(
        java,
        "-Xshare:auto",
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx32m",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName());
  }
}
