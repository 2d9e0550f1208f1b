package io.margay.datastore.etcd;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What lies at the bottom of an exception of a network library.
public final class Causes {

  private static final int DEEP_ENOUGH = 30;

  private Causes() {}

  /// The innermost text there is.
  public static String deepest(Throwable failure) {
    String text = failure.toString();
    Throwable at = failure;
    for (int i = 0; at != null && i < DEEP_ENOUGH; i++) {
      if (at.getMessage() != null) {
        text = at.getMessage();
      } else if (at instanceof UnresolvedAddressException) {
        text = "the host name cannot be resolved";
      } else if (at instanceof ConnectException) {
        return at.getCause() instanceof UnresolvedAddressException
            ? "the host name cannot be resolved"
            : "the connection was refused"; // Java's HTTP client says no more than that
      } else if (at instanceof ClosedChannelException) {
        text = "the connection was closed";
      }
      at = at.getCause();
    }
    String said = text.lines().findFirst().orElse(text).strip();
    // Netty and Java's HTTP client have three ways to say so, one with a name of a C function.
    return said.endsWith("Connection refused") ? "the connection was refused" : said;
  }

  public static boolean speaksOfNetwork(Throwable failure) {
    return find(failure, IOException.class) != null;
  }

  /// Whether the connection, or the agreement on how to encrypt it, did not come about.
  public static boolean speaksOfConnecting(Throwable failure) {
    return find(failure, ConnectException.class) != null
        || find(failure, UnresolvedAddressException.class) != null
        || find(failure, SSLException.class) != null
        || find(failure, CertificateException.class) != null;
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    Throwable at = failure;
    for (int i = 0; at != null && i < DEEP_ENOUGH; i++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }
}
