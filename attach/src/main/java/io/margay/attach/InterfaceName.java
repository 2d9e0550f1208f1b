package io.margay.attach;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// What the host's end of a workload's veth is called: a prefix and eleven characters, which is as
/// long as Linux lets a name be.
public final class InterfaceName {

  /// What the names of workloads' interfaces begin with, unless Felix's `InterfacePrefix` says
  /// otherwise.
  public static final String PREFIX = "cali";

  private static final int REST = 11;

  /// Ids that runtimes draw at random: so many digits that eleven of them are as good as all.
  private static final Pattern RANDOM = Pattern.compile("[0-9a-f]{32,}");

  private static final Pattern SHORT = Pattern.compile("[a-zA-Z0-9_-]{1,11}");

  private InterfaceName() {}

  /// For a container, by its id: the first eleven characters, as Calico names it. Ids that people
  /// choose, such as `default-web-1` and `default-web-2`, may begin alike; of those that are longer
  /// the name has the beginning of their SHA-1 instead.
  public static String ofContainer(String id) {
    if (SHORT.matcher(id).matches()) {
      return PREFIX + id;
    }
    return PREFIX + (RANDOM.matcher(id).matches() ? id : sha1(id)).substring(0, REST);
  }

  /// For a Kubernetes pod, whatever its container: `default.frontend` has `cali9b723216629`.
  public static String ofPod(String namespace, String pod) {
    return PREFIX + sha1(namespace + "." + pod).substring(0, REST);
  }

  private static String sha1(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
