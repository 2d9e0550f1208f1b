package io.margay.bgp.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpFamily;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/// Jazzer, guided by the decoder's coverage, looks for octets for which [AnyMessage] does not hold,
/// for hangs and for memory that is not given back. It runs in a process of its own, as its agent
/// changes classes, for `-Dmargay.fuzz.seconds` (default 20).
class CoverageGuidedFuzzTest {

  private static final String DRIVER = "com.code_intelligence.jazzer.Jazzer";

  /// libFuzzer's words: coverage counters, and inputs that reach something new.
  private static final Pattern PROGRESS =
      Pattern.compile("#(\\d+)\\s+(\\w+)\\s+cov: (\\d+) .*corp: (\\d+)/");

  @TempDir Path directory;

  @Test
  void noOctetsBreakTheDecoder() throws Exception {
    int seconds = Integer.getInteger("margay.fuzz.seconds", 20);
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    List<byte[]> messages = CodecFuzzTest.corpus();
    for (int i = 0; i < messages.size(); i++) {
      Files.write(corpus.resolve("valid" + i), AnyMessage.input(messages.get(i), true));
    }
    Path log = directory.resolve("log");
    Process jazzer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                classPath(),
                DRIVER,
                "--target_class=" + AnyMessage.class.getName(),
                "--instrumentation_includes=io.margay.**",
                "--custom_hook_excludes=**",
                "-max_total_time=" + seconds,
                "-timeout=10",
                "-rss_limit_mb=3000",
                "-max_len=5000",
                corpus.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!jazzer.waitFor(seconds + 300L, TimeUnit.SECONDS)) {
      jazzer.destroyForcibly().waitFor();
    }
    String output = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(jazzer.exitValue()).as(output).isZero();
    Matcher begin = progress(output, "INITED");
    Matcher end = progress(output, "DONE");
    assertThat(Integer.parseInt(end.group(3)))
        .as("coverage guides: inputs are found that reach more than valid messages do%n%s", output)
        .isGreaterThan(Integer.parseInt(begin.group(3)));
    assertThat(Integer.parseInt(end.group(4))).isGreaterThan(messages.size());
  }

  private static Matcher progress(String output, String word) {
    Matcher matcher = PROGRESS.matcher(output);
    while (matcher.find()) {
      if (matcher.group(2).equals(word)) {
        return matcher;
      }
    }
    throw new AssertionError("no line with " + word + ":\n" + output);
  }

  /// Where what the process needs was loaded from. The class path of a test is not its own to read.
  private static String classPath() throws Exception {
    Stream<Class<?>> needed =
        Stream.of(
            Class.forName(DRIVER, false, CoverageGuidedFuzzTest.class.getClassLoader()),
            Class.forName(
                "com.code_intelligence.jazzer.api.FuzzedDataProvider",
                false,
                CoverageGuidedFuzzTest.class.getClassLoader()),
            AnyMessage.class,
            BgpMessage.class,
            IpFamily.class,
            Logger.class,
            NullMarked.class);
    return needed
        .map(each -> Objects.requireNonNull(each.getProtectionDomain().getCodeSource()))
        .map(source -> Path.of(URI.create(source.getLocation().toString())).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }
}
