package io.margay.routing;

import io.margay.bgp.session.PeerConfig;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an operator may settle about the BGP of nodes beyond what Calico 2.1 knows, all of it as
/// `calicoctl config set --raw=bgp NAME VALUE [--node=NODE]`. A node's own value goes before the
/// global one.
///
/// @param holdTime `hold_time`, seconds: how long a peer may be silent
/// @param restartTime `restart_time`, seconds: how long peers keep this node's routes while its
///   agent restarts; 0 means no graceful restart
/// @param mergePaths `merge_paths`, true or false: whether paths that are equally good share the
///   traffic, up to 16 next hops to a prefix; BIRD's `merge paths`
/// @param exportOwnOnly `export_own_only`, true or false: whether what peers told is kept from
///   other peers, so that a node between two routers is never a way from one to the other
record NodeSettings(
    Duration holdTime, Duration restartTime, boolean mergePaths, boolean exportOwnOnly) {

  private static final Logger LOG = LoggerFactory.getLogger(NodeSettings.class);

  static final NodeSettings DEFAULT =
      new NodeSettings(PeerConfig.DEFAULT_HOLD_TIME, PeerConfig.DEFAULT_RESTART_TIME, false, false);

  /// Settings as raw texts. What cannot be understood is reported and counts as absent.
  ///
  /// @param raw finds the text of a name; null if there is none
  static NodeSettings of(UnaryOperator<@Nullable String> raw) {
    return new NodeSettings(
        setting(raw, "hold_time", DEFAULT.holdTime, NodeSettings::holdTime),
        setting(raw, "restart_time", DEFAULT.restartTime, NodeSettings::restartTime),
        setting(raw, "merge_paths", DEFAULT.mergePaths, NodeSettings::flag),
        setting(raw, "export_own_only", DEFAULT.exportOwnOnly, NodeSettings::flag));
  }

  private static <T> T setting(
      UnaryOperator<@Nullable String> raw, String name, T absent, Function<String, T> parser) {
    String text = raw.apply(name);
    if (text == null) {
      return absent;
    }
    try {
      return parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "The BGP setting {} is '{}', expected {}. Taking {} instead. Set it: calicoctl config set"
              + " --raw=bgp {} VALUE.",
          name,
          text,
          e.getMessage(),
          absent,
          name);
      return absent;
    }
  }

  private static Duration holdTime(String text) {
    return seconds(
        text, "0 or 3-65535 seconds", value -> value == 0 || (value >= 3 && value <= 0xffff));
  }

  private static Duration restartTime(String text) {
    return seconds(text, "0-4095 seconds", value -> value <= 0xfff);
  }

  private static Duration seconds(String text, String expected, LongPredicate isValid) {
    if (!text.matches("[0-9]{1,9}") || !isValid.test(Long.parseLong(text))) {
      throw new IllegalArgumentException(expected);
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }

  private static boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false");
    };
  }
}
