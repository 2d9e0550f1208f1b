package io.margay.model.document;

import java.math.BigDecimal;

/// Numbers as Go prints them, which is how Calico v1.1 prints a policy's order.
public final class GoFloat {

  private GoFloat() {}

  /// The shortest text that reads back as the same number, with an exponent below 0.0001 and from a
  /// million on: `100`, `9999.9999`, `1e+06` (Go's `strconv.FormatFloat(x, 'g', -1, 64)`).
  public static String shortest(double value) {
    return format(value, -4, 6, 2);
  }

  /// The same as Go's `encoding/json` has it, with an exponent below 1e-6 and from 1e21 on:
  /// `1000000`.
  public static String json(double value) {
    return format(value, -6, 21, 1);
  }

  private static String format(double value, int lowest, int limit, int exponentDigits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - decimal.scale();
    if (exponent >= lowest && exponent < limit) {
      return decimal.toPlainString();
    }
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + (exponent < 0 ? "e-" : "e+")
        + ("%0" + exponentDigits + "d").formatted(Math.abs(exponent));
  }
}
