package io.margay.model;

import java.util.regex.Pattern;

/// What the texts inside resources may look like. Value matching never ignores case.
public final class Names {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
  private static final Pattern INTERFACE = Pattern.compile("[a-zA-Z0-9_-]{1,15}");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([a-zA-Z0-9_./-]{0,253}/)?[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?)?");

  private Names() {}

  /// The name of a resource, or a tag: 1 to 128 letters, digits, `_`, `.` and `-`.
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /// The name of an interface: 1 to 15 letters, digits, `_` and `-`.
  public static boolean isInterface(String text) {
    return INTERFACE.matcher(text).matches();
  }

  /// A label's name: an optional prefix of letters, digits, `_`, `.`, `/` and `-` that ends in a
  /// slash, then 1 to 63 characters. Calico v1.1 refused the hyphen in the prefix, which Kubernetes
  /// allows.
  public static boolean isLabelKey(String text) {
    return LABEL_KEY.matcher(text).matches();
  }

  /// A label's value: empty, or 1 to 63 letters, digits, `_`, `.` and `-`, a letter or digit at
  /// both ends.
  public static boolean isLabelValue(String text) {
    return LABEL_VALUE.matcher(text).matches();
  }
}
