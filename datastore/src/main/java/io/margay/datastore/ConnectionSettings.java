package io.margay.datastore;

import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException.Misconfigured;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The raw texts of a configuration file or of the environment; empty ones count as absent.
final class ConnectionSettings {

  /// What can be set. The names are those of files; environment variables are the same in snake
  /// case.
  enum Setting {
    DATASTORE_TYPE("datastoreType"),
    EMBEDDED_PATH("embeddedPath"),
    ETCD_ENDPOINTS("etcdEndpoints"),
    ETCD_SCHEME("etcdScheme"),
    ETCD_AUTHORITY("etcdAuthority"),
    ETCD_USERNAME("etcdUsername"),
    ETCD_PASSWORD("etcdPassword"),
    ETCD_KEY_FILE("etcdKeyFile"),
    ETCD_CERT_FILE("etcdCertFile"),
    ETCD_CA_CERT_FILE("etcdCACertFile"),
    KUBECONFIG("kubeconfig"),
    K8S_API_ENDPOINT("k8sAPIEndpoint"),
    K8S_KEY_FILE("k8sKeyFile"),
    K8S_CERT_FILE("k8sCertFile"),
    K8S_CA_FILE("k8sCAFile"),
    K8S_API_TOKEN("k8sAPIToken");

    private final String fieldName;

    Setting(String fieldName) {
      this.fieldName = fieldName;
    }

    String fieldName() {
      return fieldName;
    }

    boolean isOfEtcd() {
      return name().startsWith("ETCD_");
    }
  }

  private static final String EMBEDDED = "embedded";

  private final EnumMap<Setting, String> values = new EnumMap<>(Setting.class);
  private final String defaultType;
  private final String defaultAuthority;

  private ConnectionSettings(
      Map<Setting, String> given, String defaultType, String defaultAuthority) {
    given.forEach((setting, value) -> {
      if (!value.isEmpty()) {
        values.put(setting, value);
      }
    });
    this.defaultType = defaultType;
    this.defaultAuthority = defaultAuthority;
  }

  /// A file without a type means etcd, and must say where it is.
  static ConnectionSettings ofFile(Map<Setting, String> given) {
    return new ConnectionSettings(given, EtcdApi.V2.toString(), "");
  }

  /// Any variable of etcd means etcd, which is on this machine unless they say otherwise.
  static ConnectionSettings ofEnvironment(Map<String, String> environment) {
    var given = new EnumMap<Setting, String>(Setting.class);
    for (var setting : Setting.values()) {
      String prefixed = environment.getOrDefault("CALICO_" + setting.name(), "");
      String value = prefixed.isEmpty() ? environment.getOrDefault(setting.name(), "") : prefixed;
      if (!value.isEmpty()) {
        given.put(setting, value);
      }
    }
    boolean etcd = given.keySet().stream().anyMatch(Setting::isOfEtcd);
    return new ConnectionSettings(given, etcd ? EtcdApi.V2.toString() : EMBEDDED, "127.0.0.1:2379");
  }

  /// @param defaultPath where the embedded store is unless the settings say
  DatastoreConfig toConfig(Path defaultPath) {
    String type = text(Setting.DATASTORE_TYPE, defaultType);
    return switch (type) {
      case EMBEDDED -> new Embedded(path(Setting.EMBEDDED_PATH, defaultPath));
      case "etcdv2" -> toEtcd(EtcdApi.V2);
      case "etcdv3" -> toEtcd(EtcdApi.V3);
      case "kubernetes" ->
          throw new Misconfigured(
              DatastoreError.DATASTORE_TYPE,
              "datastore type 'kubernetes' is not spoken by this build; it speaks embedded, etcdv3 and etcdv2. "
                  + Datastores.HOW_TO_CHOOSE_EMBEDDED);
      default ->
          throw new Misconfigured(
              DatastoreError.DATASTORE_TYPE,
              "unknown datastore type '%s', expected embedded, etcdv2 or etcdv3. %s"
                  .formatted(type, Datastores.HOW_TO_CHOOSE_EMBEDDED));
    };
  }

  private Etcd toEtcd(EtcdApi api) {
    String username = values.get(Setting.ETCD_USERNAME);
    String password = values.get(Setting.ETCD_PASSWORD);
    return new Etcd(
        api,
        endpoints(),
        username == null || password == null ? null : new EtcdCredentials(username, password),
        new EtcdTls(
            path(Setting.ETCD_KEY_FILE),
            path(Setting.ETCD_CERT_FILE),
            path(Setting.ETCD_CA_CERT_FILE)));
  }

  private List<String> endpoints() {
    String list = text(Setting.ETCD_ENDPOINTS, "");
    var endpoints =
        new ArrayList<>(
            Arrays.stream(list.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList());
    if (endpoints.isEmpty()) {
      String authority = text(Setting.ETCD_AUTHORITY, defaultAuthority);
      if (authority.isEmpty()) {
        throw new Misconfigured(
            DatastoreError.DATASTORE_CONFIG, "no etcd authority or endpoints specified");
      }
      endpoints.add(text(Setting.ETCD_SCHEME, "http").toLowerCase(Locale.ROOT) + "://" + authority);
    }
    return endpoints;
  }

  private String text(Setting setting, String otherwise) {
    return values.getOrDefault(setting, otherwise);
  }

  private Path path(Setting setting, Path otherwise) {
    Path path = path(setting);
    return path == null ? otherwise : path;
  }

  private @Nullable Path path(Setting setting) {
    String text = values.get(setting);
    return text == null ? null : Path.of(text);
  }
}
