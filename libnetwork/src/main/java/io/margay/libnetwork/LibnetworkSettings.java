package io.margay.libnetwork;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the environment says, by the names of Calico's plugin.
///
/// @param createProfiles whether each network has a profile of its name, which lets in its own
///   endpoints
/// @param labelEndpoints whether labels of containers become labels of endpoints
/// @param labelPatience how long to wait for Docker to tell of a container
/// @param interfacePrefix what interfaces in containers are called, before a number
/// @param mtu of interfaces in bytes, 0 for the kernel's choice
/// @param scope `global` or `local`: whether Docker's cluster store shares the networks
/// @param debug whether every request is logged
record LibnetworkSettings(
    boolean createProfiles,
    boolean labelEndpoints,
    Duration labelPatience,
    String interfacePrefix,
    int mtu,
    String scope,
    boolean debug) {

  private static final String CREATE_PROFILES = "CALICO_LIBNETWORK_CREATE_PROFILES";
  private static final String LABEL_ENDPOINTS = "CALICO_LIBNETWORK_LABEL_ENDPOINTS";
  private static final String LABEL_POLL_TIMEOUT = "CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT";
  private static final String IFPREFIX = "CALICO_LIBNETWORK_IFPREFIX";
  private static final String VETH_MTU = "CALICO_LIBNETWORK_VETH_MTU";
  private static final String SCOPE = "CALICO_LIBNETWORK_SCOPE";

  private static final Pattern DURATION_PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h)");

  /// @throws IllegalArgumentException if a variable has a value that it cannot have
  static LibnetworkSettings of(Map<String, String> environment) {
    return new LibnetworkSettings(
        flag(environment, CREATE_PROFILES, true),
        flag(environment, LABEL_ENDPOINTS, false),
        duration(LABEL_POLL_TIMEOUT, given(environment, LABEL_POLL_TIMEOUT, "5s")),
        prefix(given(environment, IFPREFIX, "cali")),
        mtu(given(environment, VETH_MTU, "0")),
        scope(given(environment, SCOPE, "global")),
        !given(environment, "CALICO_DEBUG", "").isEmpty());
  }

  private static String given(Map<String, String> environment, String name, String otherwise) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? otherwise : value;
  }

  private static IllegalArgumentException wrong(String name, String value, String expected) {
    return new IllegalArgumentException("%s='%s', expected %s".formatted(name, value, expected));
  }

  /// As Go's `strconv.ParseBool` reads it.
  private static boolean flag(Map<String, String> environment, String name, boolean otherwise) {
    String value = given(environment, name, Boolean.toString(otherwise));
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw wrong(name, value, "true or false");
    };
  }

  /// As Go's `time.ParseDuration` reads it: `5s`, `1m30s`, `500ms`.
  private static Duration duration(String name, String value) {
    Matcher part = DURATION_PART.matcher(value);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      double unitMillis =
          switch (part.group(2)) {
            case "ms" -> 1;
            case "s" -> 1e3;
            case "m" -> 60e3;
            default -> 3600e3;
          };
      sum = sum.plusMillis(Math.round(Double.parseDouble(part.group(1)) * unitMillis));
      end = part.end();
    }
    if (end == 0 || end != value.length()) {
      throw wrong(name, value, "a duration such as 5s or 500ms");
    }
    return sum;
  }

  /// Docker appends a number to it.
  private static String prefix(String value) {
    if (!value.matches("[A-Za-z0-9_.-]{1,13}")) {
      throw wrong(IFPREFIX, value, "1 to 13 letters, digits, _, . and -");
    }
    return value;
  }

  private static int mtu(String value) {
    if (!value.matches("[0-9]{1,5}")) {
      throw wrong(VETH_MTU, value, "a number of bytes, such as 1440");
    }
    return Integer.parseInt(value);
  }

  private static String scope(String value) {
    if (!value.equals("global") && !value.equals("local")) {
      throw wrong(SCOPE, value, "global or local");
    }
    return value;
  }
}
