package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.FileFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Whom to trust, and the certificate to show.
///
/// @param trust null for whom the Java runtime trusts
/// @param identity null to show no certificate
public record TlsMaterial(
    @Nullable TrustManagerFactory trust, @Nullable KeyManagerFactory identity) {

  private static final char[] NO_PASSWORD = {};

  /// @throws Misconfigured if a file cannot be read or used
  static TlsMaterial read(EtcdTls files) {
    Path key = files.keyFile();
    Path cert = files.certFile();
    Path ca = files.caCertFile();
    if ((key == null) != (cert == null)) {
      throw new Misconfigured(
          DatastoreError.ETCD_CERTIFICATE_FILE,
          ("etcd needs a client certificate and its key together, and only %s is given. Set both"
                  + " etcdCertFile and etcdKeyFile (ETCD_CERT_FILE, ETCD_KEY_FILE), or neither")
              .formatted(key == null ? "the certificate " + cert : "the key " + key));
    }
    return new TlsMaterial(
        ca == null ? null : trust(ca), key == null || cert == null ? null : identity(key, cert));
  }

  private static TrustManagerFactory trust(Path ca) {
    try {
      var store = emptyStore();
      int count = 0;
      for (Certificate certificate : PemFile.certificates(ca)) {
        store.setCertificateEntry("ca" + count++, certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("CA certificate", ca, "etcdCACertFile or ETCD_CA_CERT_FILE", e);
    }
  }

  private static KeyManagerFactory identity(Path keyFile, Path certFile) {
    List<Certificate> chain;
    try {
      chain = PemFile.certificates(certFile);
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("client certificate", certFile, "etcdCertFile or ETCD_CERT_FILE", e);
    }
    try {
      var key = PemFile.privateKey(keyFile, chain.getFirst().getPublicKey().getAlgorithm());
      var store = emptyStore();
      store.setKeyEntry("etcd", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("client key", keyFile, "etcdKeyFile or ETCD_KEY_FILE", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Misconfigured unusable(String what, Path file, String setting, Exception e) {
    return new Misconfigured(
        DatastoreError.ETCD_CERTIFICATE_FILE,
        "the %s %s for etcd cannot be used: %s. Put a PEM file there, or correct %s"
            .formatted(what, file, reason(e), setting),
        e);
  }

  private static String reason(Exception e) {
    return e instanceof IOException unreadable
        ? FileFailure.reason(unreadable)
        : String.valueOf(e.getMessage());
  }

  /// For clients of the Java runtime.
  public SSLContext context() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(
          identity == null ? null : identity.getKeyManagers(),
          trust == null ? null : trust.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }
}
