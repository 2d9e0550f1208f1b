package io.margay.model.document;

import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a word without quotes means, as go-yaml v2 had it when Calico v1.1 was built: the words of
/// YAML 1.1, integers as C writes them (`0x1f`, `017`, `1_000`), floats, and no numbers in base 60.
final class PlainScalar {

  private static final Map<String, ScalarType> WORDS =
      Map.ofEntries(
          Map.entry("", ScalarType.NULL),
          Map.entry("~", ScalarType.NULL),
          Map.entry("null", ScalarType.NULL),
          Map.entry("Null", ScalarType.NULL),
          Map.entry("NULL", ScalarType.NULL));

  private static final Pattern TRUE = Pattern.compile("y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON");
  private static final Pattern FALSE =
      Pattern.compile("n|N|no|No|NO|false|False|FALSE|off|Off|OFF");
  private static final Pattern INTEGER =
      Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0b([01]+)|0([0-7]+)|(0|[1-9][0-9]*))");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");

  /// Infinities and not-a-number: no field takes them, so they are numbers only to be refused.
  private static final Pattern UNUSABLE =
      Pattern.compile("[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

  /// What go-yaml v1 took for a number in base 60. Writers put such text into quotes to this day.
  private static final Pattern BASE_60 =
      Pattern.compile("[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?");

  /// Longer words are no numbers anyone means, and cost time to convert.
  private static final int LONGEST_NUMBER = 400;

  private PlainScalar() {}

  static Scalar resolve(Position position, String written) {
    if (WORDS.containsKey(written)) {
      return new Scalar(position, ScalarType.NULL, "", written);
    }
    if (TRUE.matcher(written).matches()) {
      return new Scalar(position, ScalarType.BOOLEAN, "true", written);
    }
    if (FALSE.matcher(written).matches()) {
      return new Scalar(position, ScalarType.BOOLEAN, "false", written);
    }
    String number = number(written);
    return number == null
        ? new Scalar(position, ScalarType.TEXT, written, written)
        : new Scalar(position, ScalarType.NUMBER, number, written);
  }

  /// Whether a writer must quote this text for it to stay text.
  static boolean needsQuotes(String text) {
    return resolve(Position.START, text).type() != ScalarType.TEXT
        || text.equals("<<")
        || BASE_60.matcher(text).matches();
  }

  private static @Nullable String number(String written) {
    if (written.length() > LONGEST_NUMBER) {
      return null;
    }
    if (UNUSABLE.matcher(written).matches()) {
      return written;
    }
    char first = written.charAt(0);
    if (first != '.' && first != '-' && first != '+' && !(first >= '0' && first <= '9')) {
      return null;
    }
    String digits = written.replace("_", "");
    Matcher integer = INTEGER.matcher(digits);
    if (integer.matches()) {
      return integer(integer);
    }
    return FLOAT.matcher(digits).matches() ? GoFloat.shortest(Double.parseDouble(digits)) : null;
  }

  /// An integer that fits no 64 bits goes on as a float.
  private static String integer(Matcher matcher) {
    int[] bases = {16, 2, 8, 10};
    BigInteger value = BigInteger.ZERO;
    for (int group = 0; group < bases.length; group++) {
      String digits = matcher.group(group + 2);
      if (digits != null) {
        value = new BigInteger(digits, bases[group]);
      }
    }
    if (matcher.group(1).equals("-")) {
      value = value.negate();
    }
    return value.bitLength() < 64 ? value.toString() : GoFloat.shortest(value.doubleValue());
  }
}
