package io.margay.dataplane.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The names of our chains. The kernel takes up to 28 characters.
public final class ChainNames {

  public static final String INPUT = "cali-INPUT";
  public static final String FORWARD = "cali-FORWARD";
  public static final String OUTPUT = "cali-OUTPUT";
  public static final String PREROUTING = "cali-PREROUTING";
  public static final String POSTROUTING = "cali-POSTROUTING";
  public static final String WORKLOAD_TO_HOST = "cali-wl-to-host";
  public static final String FAILSAFE_IN = "cali-failsafe-in";
  public static final String FAILSAFE_OUT = "cali-failsafe-out";
  public static final String FROM_WORKLOAD_DISPATCH = "cali-from-wl-dispatch";
  public static final String TO_WORKLOAD_DISPATCH = "cali-to-wl-dispatch";
  public static final String FROM_HOST_ENDPOINT = "cali-from-host-endpoint";
  public static final String TO_HOST_ENDPOINT = "cali-to-host-endpoint";
  public static final String FLOATING_DNAT = "cali-fip-dnat";
  public static final String FLOATING_SNAT = "cali-fip-snat";
  public static final String NAT_OUTGOING = "cali-nat-outgoing";

  private static final int MAX_LENGTH = 28;

  private ChainNames() {}

  /// Ingress of the workload behind the interface.
  public static String toWorkload(String interfaceName) {
    return shortened("cali-tw-", interfaceName, MAX_LENGTH);
  }

  /// Egress of the workload behind the interface.
  public static String fromWorkload(String interfaceName) {
    return shortened("cali-fw-", interfaceName, MAX_LENGTH);
  }

  /// Egress of the host through the interface.
  public static String toHostEndpoint(String interfaceName) {
    return shortened("cali-th-", interfaceName, MAX_LENGTH);
  }

  /// Ingress of the host through the interface.
  public static String fromHostEndpoint(String interfaceName) {
    return shortened("cali-fh-", interfaceName, MAX_LENGTH);
  }

  public static String policyInbound(String policy) {
    return shortened("cali-pi-", policy, MAX_LENGTH);
  }

  public static String policyOutbound(String policy) {
    return shortened("cali-po-", policy, MAX_LENGTH);
  }

  public static String profileInbound(String profile) {
    return shortened("cali-pri-", profile, MAX_LENGTH);
  }

  public static String profileOutbound(String profile) {
    return shortened("cali-pro-", profile, MAX_LENGTH);
  }

  /// Prefix and suffix, or if that is too long the prefix, `_` and the beginning of a hash of the
  /// suffix. A suffix that begins with `_` and would fill the name exactly is hashed too, lest it
  /// be mistaken for another's hash.
  static String shortened(String prefix, String suffix, int maxLength) {
    byte[] bytes = suffix.getBytes(StandardCharsets.UTF_8);
    int length = prefix.length() + bytes.length;
    if (length < maxLength || (length == maxLength && !suffix.startsWith("_"))) {
      return prefix + suffix;
    }
    return prefix + "_" + sha256(bytes).substring(0, maxLength - 1 - prefix.length());
  }

  private static String sha256(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
