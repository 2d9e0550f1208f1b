package io.margay.dataplane.config;

import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How the values of a parameter are written.
///
/// @param expected what a good value looks like, to follow the word "expected"
/// @param zero the value that `none` stands for
/// @param reader throws [IllegalArgumentException] if the text is no such value
record ParameterType<T>(String expected, T zero, Function<String, T> reader) {

  static final ParameterType<Boolean> BOOLEAN =
      new ParameterType<>("true or false", false, ParameterType::readBoolean);

  static final ParameterType<Double> SECONDS =
      new ParameterType<>("a number of seconds, 0 or more", 0.0, ParameterType::readSeconds);

  static final ParameterType<Integer> MARK_MASK =
      new ParameterType<>(
          "a 32-bit number with at least 3 bits set, for example 0xff000000",
          0,
          text -> {
            long mask = readLong(text);
            require(mask > 0 && mask <= 0xffffffffL && Long.bitCount(mask) >= 3);
            return (int) mask;
          });

  static final ParameterType<Optional<Ipv4Address>> IPV4_ADDRESS =
      optional("an IPv4 address", Ipv4Address::parse);

  static final ParameterType<Optional<Ipv6Address>> IPV6_ADDRESS =
      optional("an IPv6 address", Ipv6Address::parse);

  static final ParameterType<List<Integer>> PORTS =
      list("port numbers from 0 to 65535, separated by commas", integer(0, 65535).reader);

  static final ParameterType<List<String>> INTERFACE_PREFIXES =
      list(
          "beginnings of interface names, separated by commas: each 1 to 14 letters, digits, - or _",
          matching("[A-Za-z0-9_-]{1,14}"));

  /// What `--log-prefix` takes is 29 characters, of which a colon and a blank are ours.
  static final ParameterType<String> LOG_PREFIX =
      new ParameterType<>(
          "up to 27 printable characters, none of them a quote or a backslash",
          "",
          matching("[\\x20-\\x7e&&[^\"'\\\\]]{0,27}"));

  static final ParameterType<Optional<String>> TEXT = optional("text", Function.identity());

  static final ParameterType<Optional<String>> HOSTNAME =
      optional("a name of letters, digits, - _ and .", matching("[A-Za-z0-9_.-]+"));

  static final ParameterType<Optional<String>> HOSTNAME_OR_ADDRESS =
      optional("a host name or an IP address", matching("[A-Za-z0-9_.:-]+"));

  static final ParameterType<Optional<Path>> PATH = optional("a path", Path::of);

  static final ParameterType<Optional<Path>> EXISTING_FILE =
      optional(
          "a file that can be read",
          text -> {
            Path path = Path.of(text);
            require(Files.isReadable(path) && !Files.isDirectory(path));
            return path;
          });

  static final ParameterType<String> HOST_AND_PORT =
      new ParameterType<>("HOST:PORT", "", matching(".+:[0-9]{1,5}"));

  static final ParameterType<List<String>> URLS =
      new ParameterType<>(
          "http or https URLs of one scheme without a path, separated by commas",
          List.of(),
          ParameterType::readUrls);

  /// A whole number: decimal, hexadecimal after `0x`, octal after `0`.
  static ParameterType<Integer> integer(int least, int most) {
    return new ParameterType<>(
        most == Integer.MAX_VALUE
            ? "a whole number, " + least + " or more"
            : "a whole number from " + least + " to " + most,
        0,
        text -> {
          long value = readLong(text);
          require(value >= least && value <= most);
          return (int) value;
        });
  }

  /// One of the enum's names, in any case.
  ///
  /// @param zero what `none` stands for; a name that means just that is not among those expected
  static <E extends Enum<E>> ParameterType<E> oneOf(Class<E> values, E zero) {
    String names =
        Arrays.stream(values.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "));
    return new ParameterType<>(
        "one of " + names, zero, text -> Enum.valueOf(values, text.toUpperCase(Locale.ROOT)));
  }

  private static <T> ParameterType<Optional<T>> optional(
      String expected, Function<String, T> reader) {
    return new ParameterType<>(expected, Optional.empty(), text -> Optional.of(reader.apply(text)));
  }

  private static <T> ParameterType<List<T>> list(String expected, Function<String, T> reader) {
    return new ParameterType<>(
        expected,
        List.of(),
        text -> Arrays.stream(text.split(",", -1)).map(String::strip).map(reader).toList());
  }

  private static Function<String, String> matching(String pattern) {
    Predicate<String> matches = Pattern.compile(pattern).asMatchPredicate();
    return text -> {
      require(matches.test(text));
      return text;
    };
  }

  private static boolean readBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "y", "t" -> true;
      case "false", "0", "no", "n", "f" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static double readSeconds(String text) {
    double seconds = Double.parseDouble(text);
    require(seconds >= 0 && seconds < 1e9);
    return seconds;
  }

  private static long readLong(String text) {
    require(text.matches("[+-]?[0-9a-fA-FxX]+"));
    return Long.decode(text);
  }

  private static List<String> readUrls(String text) {
    List<String> urls = new ArrayList<>();
    String scheme = "";
    for (String part : text.split(",", -1)) {
      URI uri = readUri(part.strip());
      String path = uri.getPath() == null ? "" : uri.getPath();
      require(uri.getHost() != null && (path.isEmpty() || path.equals("/")));
      require(uri.getQuery() == null && uri.getFragment() == null && uri.getUserInfo() == null);
      require("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
      require(scheme.isEmpty() || scheme.equals(uri.getScheme()));
      scheme = uri.getScheme();
      urls.add(uri.getScheme() + "://" + uri.getAuthority() + "/");
    }
    return List.copyOf(urls);
  }

  private static URI readUri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException();
    }
  }
}
