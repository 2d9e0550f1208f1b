package io.margay.datastore.etcd.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.Causes;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.MemberRotation;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// JSON requests to the first member that listens. Any thread may make them; all of them throw
/// [CallFailedException].
///
/// [HttpURLConnection] starts in a third of the time that Java's newer client takes, which sets up
/// threads, a selector and TLS before it is asked anything.
final class GatewayTransport {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  /// How long a member may take to end a connection that it does not want.
  private static final Duration REFUSAL_TIMEOUT = Duration.ofMillis(500);

  private final MemberRotation members;
  private final @Nullable SSLSocketFactory tls;

  GatewayTransport(EtcdAccess access, MemberRotation members) {
    this.members = members;
    var material = access.tls();
    this.tls = material == null ? null : material.context().getSocketFactory();
  }

  /// @param token of a user; null for nobody
  /// @return null if the member has no gateway
  @Nullable JsonNode post(String path, JsonNode request, @Nullable String token) {
    byte[] body;
    try {
      body = MAPPER.writeValueAsBytes(request);
    } catch (IOException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
    return answer(connect(path, body.length, token), body);
  }

  /// Where no connection comes about nothing was asked, so the next member may be.
  private HttpURLConnection connect(String path, int length, @Nullable String token) {
    List<String> reasons = new ArrayList<>();
    IOException last = new IOException("no endpoints");
    for (URI endpoint : members.order()) {
      try {
        var connection = open(endpoint, path, length, token);
        connection.connect();
        return connection;
      } catch (IOException e) {
        last = e;
        members.onFailure(endpoint);
        reasons.add(
            e instanceof SocketTimeoutException
                ? endpoint + " does not answer"
                : Causes.deepest(e));
      }
    }
    throw new CallFailedException(
        Kind.UNREACHABLE, reasons.stream().distinct().collect(Collectors.joining("; ")), last);
  }

  private HttpURLConnection open(URI endpoint, String path, int length, @Nullable String token)
      throws IOException {
    var url = URI.create(endpoint + path).toURL();
    var connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
    if (connection instanceof HttpsURLConnection https && tls != null) {
      https.setSSLSocketFactory(tls);
    }
    connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
    connection.setReadTimeout((int) CALL_TIMEOUT.toMillis());
    connection.setInstanceFollowRedirects(false);
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    // Also has Java not make the request a second time by itself, which might write twice.
    connection.setFixedLengthStreamingMode(length);
    connection.setRequestProperty("Content-Type", "application/json");
    if (token != null) {
      connection.setRequestProperty("Authorization", token);
    }
    return connection;
  }

  private @Nullable JsonNode answer(HttpURLConnection connection, byte[] body) {
    int status;
    byte[] content;
    try {
      try (var out = connection.getOutputStream()) {
        out.write(body);
      }
      status = connection.getResponseCode();
      members.onAnswer(URI.create(endpoint(connection)));
      content = read(status < 400 ? connection.getInputStream() : connection.getErrorStream());
    } catch (IOException e) {
      String endpoint = endpoint(connection);
      String refusal = refusalOfTls(connection);
      if (refusal != null) {
        throw new CallFailedException(Kind.UNREACHABLE, refusal, e);
      }
      members.onFailure(URI.create(endpoint));
      throw new CallFailedException(
          Kind.UNANSWERED,
          e instanceof SocketTimeoutException
              ? endpoint + " sent nothing within " + CALL_TIMEOUT.toSeconds() + " s"
              : endpoint + ": " + Causes.deepest(e),
          e);
    }
    return understand(connection, status, content);
  }

  /// What a member says that ends the connection because of the certificate it was shown, or was
  /// not; null if it says nothing. TLS 1.3 looks at it after the handshake (RFC 8446 §4.4.2), and
  /// [HttpURLConnection] then tells that it could not write, and keeps the reason to itself.
  private @Nullable String refusalOfTls(HttpURLConnection connection) {
    if (tls == null) {
      return null;
    }
    var url = connection.getURL();
    try (var socket = tls.createSocket(url.getHost(), url.getPort())) {
      socket.setSoTimeout((int) REFUSAL_TIMEOUT.toMillis());
      var _ = socket.getInputStream().read();
      return null;
    } catch (SSLException e) {
      return Causes.deepest(e);
    } catch (IOException e) {
      return null;
    }
  }

  private static byte[] read(@Nullable InputStream stream) throws IOException {
    if (stream == null) {
      return new byte[0];
    }
    try (stream) {
      return stream.readAllBytes();
    }
  }

  private static @Nullable JsonNode understand(
      HttpURLConnection connection, int status, byte[] content) {
    var cause = new IOException("HTTP status " + status + " of " + endpoint(connection));
    JsonNode answer;
    try {
      answer = MAPPER.readTree(content);
    } catch (IOException e) {
      if (status == HttpURLConnection.HTTP_NOT_FOUND) {
        return null;
      }
      throw new CallFailedException(
          status >= 500 ? Kind.UNANSWERED : Kind.REFUSED, String.valueOf(cause.getMessage()), e);
    }
    if (status < 300) {
      return answer;
    }
    String said = answer.path("message").asText(answer.path("error").asText());
    throw new CallFailedException(
        Refusals.kind(answer.path("code").asInt(), said),
        said.isEmpty() ? String.valueOf(cause.getMessage()) : said,
        cause);
  }

  private static String endpoint(HttpURLConnection connection) {
    var url = connection.getURL();
    return url.getProtocol() + "://" + url.getAuthority();
  }
}
