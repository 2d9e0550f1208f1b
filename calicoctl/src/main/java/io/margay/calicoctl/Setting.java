package io.margay.calicoctl;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.net.AsNumber;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What `config` can read and change. Each name stands for one or more values in the store, which
/// have their own spelling there.
sealed interface Setting {

  /// A name or value that is none.
  final class InvalidSettingException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidSettingException(String message) {
      super(message);
    }
  }

  /// Insists that `value` can be set.
  void check(String value) throws InvalidSettingException;

  void set(Datastore store, String value);

  void unset(Datastore store);

  String get(Datastore store) throws InvalidSettingException;

  /// The setting of that name.
  ///
  /// @param node whose value is meant; null for the global one
  /// @param raw the component whose own setting is meant; null for calicoctl's names
  static Setting find(String name, @Nullable String node, @Nullable String raw)
      throws InvalidSettingException {
    if (raw != null) {
      return switch (raw) {
        case "felix" -> new Raw(new Key.FelixSetting(node, name));
        case "bgp" -> new Raw(new Key.BgpSetting(node, name));
        default -> throw new InvalidSettingException("unrecognised component '" + raw + "'");
      };
    }
    Setting setting =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "nodetonodemesh" -> new NodeToNodeMesh();
          case "asnumber" -> new GlobalAsNumber();
          case "ipip" -> new IpIp();
          case "loglevel" -> new LogLevel(node);
          default -> throw new InvalidSettingException("unrecognised config name '" + name + "'");
        };
    if (node != null && !(setting instanceof LogLevel)) {
      throw new InvalidSettingException("--node should not be specified");
    }
    return setting;
  }

  /// Whether every node peers with every other one.
  record NodeToNodeMesh() implements Setting {
    private static final Key<String> KEY = new Key.BgpSetting(null, "node_mesh");
    private static final Pattern ENABLED =
        Pattern.compile("\\{\\s*\"enabled\"\\s*:\\s*(true|false)\\s*\\}");

    @Override
    public void check(String value) throws InvalidSettingException {
      requireOnOrOff(value);
    }

    @Override
    public void set(Datastore store, String value) {
      store.apply(KEY, "{\"enabled\":" + value.equals("on") + "}");
    }

    @Override
    public void unset(Datastore store) {
      set(store, "on");
    }

    @Override
    public String get(Datastore store) throws InvalidSettingException {
      String stored = read(store, KEY);
      if (stored == null) {
        return "on";
      }
      Matcher matcher = ENABLED.matcher(stored.strip());
      if (!matcher.matches()) {
        throw new InvalidSettingException(
            "the stored nodeToNodeMesh is '"
                + stored
                + "', expected {\"enabled\":true} or {\"enabled\":false}."
                + " 'calicoctl config set nodeToNodeMesh on' puts it right");
      }
      return matcher.group(1).equals("true") ? "on" : "off";
    }
  }

  /// The AS number of nodes that have none of their own.
  record GlobalAsNumber() implements Setting {
    private static final Key<String> KEY = new Key.BgpSetting(null, "as_num");
    private static final String DEFAULT = "64512";

    @Override
    public void check(String value) throws InvalidSettingException {
      try {
        AsNumber.parse(value);
      } catch (IllegalArgumentException e) {
        throw new InvalidSettingException("the supplied AS number is not valid");
      }
    }

    @Override
    public void set(Datastore store, String value) {
      store.apply(KEY, AsNumber.parse(value).toString());
    }

    @Override
    public void unset(Datastore store) {
      set(store, DEFAULT);
    }

    @Override
    public String get(Datastore store) {
      String stored = read(store, KEY);
      return stored == null ? DEFAULT : stored;
    }
  }

  /// Whether nodes have an IP-in-IP tunnel.
  record IpIp() implements Setting {
    private static final Key<String> KEY = new Key.FelixSetting(null, "IpInIpEnabled");

    @Override
    public void check(String value) throws InvalidSettingException {
      requireOnOrOff(value);
    }

    @Override
    public void set(Datastore store, String value) {
      store.apply(KEY, Boolean.toString(value.equals("on")));
    }

    @Override
    public void unset(Datastore store) {
      set(store, "off");
    }

    @Override
    public String get(Datastore store) {
      return "true".equalsIgnoreCase(read(store, KEY)) ? "on" : "off";
    }
  }

  /// How much the node agent and the BGP speaker log.
  ///
  /// Calico v1.1 wrote the speaker's global level to `/calico/v1/config/loglevel`, where nothing
  /// read it; here it goes where the speaker looks.
  record LogLevel(@Nullable String node) implements Setting {
    private static final String DEFAULT = "info";
    private static final List<String> LEVELS =
        List.of("none", "debug", "info", "warning", "error", "critical");

    private Key<String> felix() {
      return new Key.FelixSetting(node, "LogSeverityScreen");
    }

    private Key<String> bgp() {
      return new Key.BgpSetting(node, "loglevel");
    }

    @Override
    public void check(String value) throws InvalidSettingException {
      if (!LEVELS.contains(value)) {
        throw new InvalidSettingException("error with field loglevel = '" + value + "'");
      }
    }

    @Override
    public void set(Datastore store, String value) {
      store.apply(felix(), value);
      // BIRD knows these three.
      store.apply(
          bgp(),
          switch (value) {
            case "none", "debug", "info" -> value;
            default -> "none";
          });
    }

    @Override
    public void unset(Datastore store) {
      if (node == null) {
        set(store, DEFAULT);
      } else {
        remove(store, felix());
        remove(store, bgp());
      }
    }

    @Override
    public String get(Datastore store) {
      String stored = read(store, felix());
      if (stored != null) {
        return stored;
      }
      return node == null ? DEFAULT : new LogLevel(null).get(store) + " (inherited from global)";
    }
  }

  /// A component's own setting, unchecked.
  record Raw(Key<String> key) implements Setting {
    @Override
    public void check(String value) {
      // Anything goes: the component may be newer than this calicoctl.
    }

    @Override
    public void set(Datastore store, String value) {
      store.apply(key, value);
    }

    @Override
    public void unset(Datastore store) {
      remove(store, key);
    }

    @Override
    public String get(Datastore store) {
      String stored = read(store, key);
      return stored == null ? "(unset)" : stored;
    }
  }

  private static void requireOnOrOff(String value) throws InvalidSettingException {
    if (!value.equals("on") && !value.equals("off")) {
      throw new InvalidSettingException("invalid value '" + value + "'");
    }
  }

  private static @Nullable String read(Datastore store, Key<String> key) {
    Entry<String> entry = store.get(key).orElse(null);
    return entry == null ? null : entry.value();
  }

  private static void remove(Datastore store, Key<String> key) {
    try {
      store.delete(key, null);
    } catch (DatastoreException.DoesNotExist e) {
      // It is gone, which is what was asked for.
    }
  }
}
