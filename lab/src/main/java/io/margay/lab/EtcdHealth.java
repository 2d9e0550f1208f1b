package io.margay.lab;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits until members of etcd say that they can be worked with (`/health`). A program of its own,
/// as it runs inside the lab.
public final class EtcdHealth {

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(50));
  private static final int CALL_MILLIS = 2000;

  private EtcdHealth() {}

  /// @param endpoints URLs of the members
  public static void main(String[] endpoints) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    for (String endpoint : endpoints) {
      while (!isHealthy(endpoint)) {
        if (System.nanoTime() > deadline) {
          System.err.printf("%s is not healthy after %d s%n", endpoint, LIMIT.toSeconds());
          System.exit(1);
        }
        LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
      }
    }
  }

  private static boolean isHealthy(String endpoint) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(endpoint + "/health").toURL().openConnection();
      connection.setConnectTimeout(CALL_MILLIS);
      connection.setReadTimeout(CALL_MILLIS);
      try (var body = connection.getInputStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8).contains("true");
      }
    } catch (IOException e) {
      return false; // not there yet
    }
  }
}
