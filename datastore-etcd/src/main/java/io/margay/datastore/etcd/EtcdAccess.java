package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Misconfigured;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where the members of a cluster are and how to show who we are: the configuration, checked.
///
/// @param endpoints URLs of scheme `http` or `https`, all of the same
/// @param credentials null to ask as nobody
/// @param tls null without TLS
public record EtcdAccess(
    EtcdApi api,
    List<URI> endpoints,
    @Nullable EtcdCredentials credentials,
    @Nullable TlsMaterial tls) {

  public EtcdAccess {
    endpoints = List.copyOf(endpoints);
  }

  /// Reads the certificates, so that whoever changes them restarts us.
  ///
  /// @throws Misconfigured if the endpoints are no URLs, or the certificates cannot be used
  public static EtcdAccess of(DatastoreConfig.Etcd config) {
    var endpoints = config.endpoints().stream().map(EtcdAccess::endpoint).toList();
    var schemes = endpoints.stream().map(URI::getScheme).distinct().toList();
    if (schemes.size() > 1) {
      throw new Misconfigured(
          DatastoreError.DATASTORE_CONFIG,
          "the etcd endpoints %s are of different schemes, expected http or https for all of them."
                  .formatted(String.join(",", config.endpoints()))
              + " Correct etcdEndpoints in the config file, or ETCD_ENDPOINTS");
    }
    var tls = schemes.contains("https") ? TlsMaterial.read(config.tls()) : null;
    return new EtcdAccess(config.api(), endpoints, config.credentials(), tls);
  }

  private static URI endpoint(String text) {
    try {
      var uri = URI.create(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (uri.getHost() != null && List.of("http", "https").contains(scheme)) {
        int port = uri.getPort() == -1 ? 2379 : uri.getPort();
        return URI.create(scheme + "://" + uri.getHost() + ":" + port);
      }
    } catch (IllegalArgumentException e) {
      throw new Misconfigured(DatastoreError.DATASTORE_CONFIG, noEndpoint(text), e);
    }
    throw new Misconfigured(DatastoreError.DATASTORE_CONFIG, noEndpoint(text));
  }

  private static String noEndpoint(String text) {
    return ("'%s' is no etcd endpoint, expected a URL such as http://127.0.0.1:2379. Correct"
            + " etcdEndpoints in the config file, or ETCD_ENDPOINTS")
        .formatted(text);
  }

  /// For messages: `etcdv3 at http://a:2379, http://b:2379`.
  @Override
  public String toString() {
    return endpoints.stream()
        .map(URI::toString)
        .collect(Collectors.joining(", ", api + " at ", ""));
  }
}
