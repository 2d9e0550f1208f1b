package io.margay.cni;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Another plugin beside this one: an IPAM plugin.
final class OtherPlugin {

  private final String type;
  private final Map<String, String> environment;

  /// @param type a file name
  OtherPlugin(String type, Map<String, String> environment) {
    this.type = type;
    this.environment = environment;
  }

  /// @return what the agent is told of it
  Map<String, Object> run(String command, String args, String config) {
    Path program = find();
    if (program == null) {
      return outcome(
          -1,
          "",
          "ipam.type is '%s', and there is no such program in CNI_PATH (%s). Install it there, or use calico-ipam."
              .formatted(type, environment.getOrDefault("CNI_PATH", "")));
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(program.toString());
      builder.environment().putAll(environment);
      builder.environment().put("CNI_COMMAND", command);
      builder.environment().put("CNI_ARGS", args);
      Process process = builder.start();
      FutureTask<String> errors =
          new FutureTask<>(
              () -> new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
      Thread.ofPlatform().daemon().start(errors);
      write(process, config);
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return outcome(process.waitFor(), said, errors.get());
    } catch (IOException | ExecutionException e) {
      return outcome(-1, "", "%s cannot be run: %s".formatted(program, e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return outcome(-1, "", "interrupted while %s ran".formatted(program));
    }
  }

  private static void write(Process process, String config) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(config.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading all of it; how it ended says why.
    }
  }

  private @Nullable Path find() {
    if (type.isEmpty() || type.indexOf('/') >= 0) {
      return null;
    }
    for (String directory : environment.getOrDefault("CNI_PATH", "").split(":", -1)) {
      Path program = Path.of(directory, type);
      if (!directory.isEmpty() && Files.isExecutable(program) && !Files.isDirectory(program)) {
        return program;
      }
    }
    return null;
  }

  private static Map<String, Object> outcome(int exitCode, String stdout, String stderr) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("exitCode", exitCode);
    outcome.put("stdout", stdout);
    outcome.put("stderr", stderr);
    return outcome;
  }
}
