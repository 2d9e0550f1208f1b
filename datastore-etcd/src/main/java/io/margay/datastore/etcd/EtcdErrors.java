package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import java.util.Locale;

/// Failures of a cluster in words that say what to do.
public final class EtcdErrors {

  private final EtcdAccess access;

  public EtcdErrors(EtcdAccess access) {
    this.access = access;
  }

  /// @param isWrite whether the call would have changed something
  public Unavailable explain(CallFailedException e, boolean isWrite) {
    return switch (e.kind()) {
      case UNREACHABLE -> unreachable(e.reason(), e);
      case UNANSWERED -> unanswered(e.reason(), isWrite, e);
      case TOKEN_EXPIRED, UNAUTHORIZED -> unauthorized(e.reason(), e);
      case COMPACTED, REFUSED -> refused(e.reason(), e);
    };
  }

  private Unavailable unreachable(String reason, Throwable cause) {
    Advice advice = advice(reason);
    return new Unavailable(
        advice.error,
        "no member of %s can be spoken to: %s. Nothing was changed. %s."
            .formatted(access, reason, advice.text),
        cause,
        true);
  }

  private Unavailable unanswered(String reason, boolean wasWrite, Throwable cause) {
    return new Unavailable(
        DatastoreError.ETCD_NO_ANSWER,
        ("%s did not answer in time: %s. %s. Check that more than half of its members run and"
                + " reach each other (etcdctl endpoint health)%s.")
            .formatted(
                access,
                reason,
                wasWrite
                    ? "The write may have been made or not; read before writing again"
                    : "Nothing was changed",
                access.tls() == null && speaksOfAnEnd(reason)
                    ? "; if they speak TLS, use https:// in the endpoints"
                    : ""),
        cause,
        true);
  }

  /// What a member that expects TLS does to one who speaks plainly: it ends the connection, in one
  /// way or another.
  private static boolean speaksOfAnEnd(String reason) {
    String said = reason.toLowerCase(Locale.ROOT);
    return said.contains("eof")
        || said.contains("end of file")
        || said.contains("closed")
        || said.contains("reset");
  }

  private Unavailable unauthorized(String reason, Throwable cause) {
    var credentials = access.credentials();
    String who =
        credentials == null
            ? "it was asked without a user name"
            : "it was asked as user '" + credentials.username() + "'";
    return new Unavailable(
        DatastoreError.ETCD_UNAUTHORIZED,
        ("connection is unauthorized: %s refused (%s), %s. Nothing was changed. Check"
                + " etcdUsername and etcdPassword (ETCD_USERNAME, ETCD_PASSWORD), and that the"
                + " user's role grants reading and writing below /calico/.")
            .formatted(access, reason, who),
        cause);
  }

  private Unavailable refused(String reason, Throwable cause) {
    boolean full = reason.contains("space exceeded");
    return new Unavailable(
        full ? DatastoreError.ETCD_FULL : DatastoreError.ETCD_REFUSED,
        "%s refused: %s. Nothing was changed. %s."
            .formatted(
                access,
                reason,
                full
                    ? "Its disk quota is used up: compact and defragment it, then disarm the alarm"
                        + " (etcdctl alarm disarm)"
                    : "The log of its members may say more"),
        cause);
  }

  private record Advice(DatastoreError error, String text) {}

  private Advice advice(String reason) {
    String said = reason.toLowerCase(Locale.ROOT);
    if (said.contains("notafter") || said.contains("expired")) {
      return new Advice(
          DatastoreError.ETCD_CERTIFICATE_EXPIRED,
          "A certificate has expired: renew it, then restart what uses it");
    }
    if (said.contains("notbefore")) {
      return new Advice(
          DatastoreError.ETCD_CERTIFICATE_EXPIRED,
          "A certificate is not valid yet: check the clocks of both machines");
    }
    if (said.contains("bad_certificate")
        || said.contains("bad certificate")
        || said.contains("certificate_required")
        || said.contains("certificate required")) {
      return new Advice(
          DatastoreError.ETCD_CLIENT_CERTIFICATE,
          "The members want a client certificate that they trust: set etcdCertFile and"
              + " etcdKeyFile (ETCD_CERT_FILE, ETCD_KEY_FILE)");
    }
    if (said.contains("certification path")
        || said.contains("certificate_unknown")
        || said.contains("trust anchor")) {
      return new Advice(
          DatastoreError.ETCD_CERTIFICATE_UNTRUSTED,
          "The certificate of the members is not signed by a CA that is trusted here: set"
              + " etcdCACertFile (ETCD_CA_CERT_FILE) to the one that signed it");
    }
    if (said.contains("subject alternative") || said.contains("no name matching")) {
      return new Advice(
          DatastoreError.ETCD_CERTIFICATE_HOST,
          "The certificate is for another host: use its name in the endpoints, or have one made for"
              + " this name");
    }
    return new Advice(DatastoreError.ETCD_UNREACHABLE, whoListens(said));
  }

  private String whoListens(String said) {
    if (said.contains("not an ssl/tls record")
        || said.contains("plaintext connection")
        || said.contains("unsupported or unrecognized ssl message")) {
      return "The members do not speak TLS there: use http:// in the endpoints";
    }
    return access.tls() == null
        ? "Check that etcd runs and listens there, and whether it wants https://"
        : "Check that etcd runs and listens there, and whether it speaks TLS";
  }
}
