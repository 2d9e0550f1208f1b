package io.margay.datastore.etcd.v2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.Causes;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.EtcdConnection;
import io.margay.datastore.etcd.MemberRotation;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Requests of the keys API (etcd 2.3, `Documentation/api.md`), to the first member that listens.
/// All of them throw [CallFailedException]. Any thread may make them.
final class KeysApi implements EtcdConnection {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  /// A listing of everything takes seconds on a large cluster.
  private static final Duration LIST_TIMEOUT = Duration.ofSeconds(30);

  /// Error codes of etcd 2.3, `Documentation/errorcode.md`.
  static final int KEY_NOT_FOUND = 100;

  static final int TEST_FAILED = 101;
  static final int NOT_FILE = 102;
  static final int NODE_EXISTS = 105;
  private static final int UNAUTHORIZED = 110;
  private static final int RAFT_INTERNAL = 300;
  private static final int DURING_ELECTION = 301;
  static final int EVENT_INDEX_CLEARED = 401;

  private static final Set<Integer> DENIALS = Set.of(401, 403);

  private final EtcdAccess access;
  private final MemberRotation members;
  private final HttpClient http;

  KeysApi(EtcdAccess access, MemberRotation members) {
    this.access = access;
    this.members = members;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NORMAL);
    var tls = access.tls();
    if (tls != null) {
      builder.sslContext(tls.context());
    }
    this.http = builder.build();
  }

  /// @param index of the store when it answered
  /// @param errorCode 0 if it did what was asked
  record Answer(String clusterId, long index, int errorCode, JsonNode body) {
    boolean isDone() {
      return errorCode == 0;
    }

    /// The index of the write that the answer tells of.
    long modifiedIndex() {
      return body.path("node").path("modifiedIndex").asLong();
    }
  }

  Answer get(String path) {
    return call("GET", path, Map.of("quorum", "true"), Map.of(), CALL_TIMEOUT);
  }

  /// A directory with all that is in it.
  Answer list(String path) {
    return call("GET", path, Map.of("quorum", "true", "recursive", "true"), Map.of(), LIST_TIMEOUT);
  }

  /// @param conditions such as `prevIndex`, and `ttl`
  Answer put(String path, String value, Map<String, String> conditions) {
    return call("PUT", path, conditions, Map.of("value", value), CALL_TIMEOUT);
  }

  Answer delete(String path, Map<String, String> conditions) {
    return call("DELETE", path, conditions, Map.of(), CALL_TIMEOUT);
  }

  private Answer call(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> form,
      Duration timeout) {
    HttpResponse<byte[]> response =
        send(endpoint -> {
          var request = request(endpoint, path, query).timeout(timeout);
          if (form.isEmpty()) {
            request.method(method, BodyPublishers.noBody());
          } else {
            request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .method(method, BodyPublishers.ofString(encode(form)));
          }
          return http.send(request.build(), BodyHandlers.ofByteArray());
        });
    return answer(response, response.body());
  }

  /// Asks for the first event from an index on. (The API can also send events in a stream, but then
  /// leaves out those between the first and now.)
  ///
  /// @throws CallFailedException of kind COMPACTED if the events from there on are no longer kept
  LongPoll watch(String path, long firstIndex) {
    var query =
        Map.of(
            "wait", "true",
            "recursive", "true",
            "waitIndex", Long.toString(firstIndex));
    HttpResponse<Publisher<List<ByteBuffer>>> response =
        send(endpoint -> open(request(endpoint, path, query).build()));
    var poll = new LongPoll(index(response), clusterId(response));
    response.body().subscribe(BodySubscribers.fromLineSubscriber(poll));
    if (response.statusCode() != 200) {
      refuse(response, poll);
    }
    return poll;
  }

  /// A timeout of the request itself might hold for the body too, which does not end.
  private HttpResponse<Publisher<List<ByteBuffer>>> open(HttpRequest request)
      throws IOException, InterruptedException {
    var opening = http.sendAsync(request, BodyHandlers.ofPublisher());
    try {
      return opening.get(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      opening.cancel(true);
      throw new HttpTimeoutException("no headers within " + CALL_TIMEOUT);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e);
    }
  }

  private static void refuse(HttpResponse<?> response, LongPoll poll) {
    try (poll) {
      var content = new StringBuilder();
      while (poll.poll(CALL_TIMEOUT.toMillis()) instanceof LongPoll.Item.Line(var text)) {
        content.append(text);
      }
      var answer = answer(response, content.toString().getBytes(StandardCharsets.UTF_8));
      throw new CallFailedException(
          answer.errorCode() == EVENT_INDEX_CLEARED ? Kind.COMPACTED : Kind.UNANSWERED,
          answer.body().path("message").asText() + " " + answer.body().path("cause").asText(),
          new IOException("HTTP status " + response.statusCode()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallFailedException(Kind.UNANSWERED, "this process was told to end", e);
    }
  }

  private interface Sending<T> {
    HttpResponse<T> to(URI endpoint) throws IOException, InterruptedException;
  }

  /// Where no connection comes about nothing was asked, so the next member may be.
  private <T> HttpResponse<T> send(Sending<T> sending) {
    List<String> reasons = new ArrayList<>();
    IOException last = new IOException("no endpoints");
    for (URI endpoint : members.order()) {
      try {
        var response = sending.to(endpoint);
        members.onAnswer(endpoint);
        return response;
      } catch (IOException e) {
        last = e;
        members.onFailure(endpoint);
        if (!Causes.speaksOfConnecting(e)) {
          String reason =
              e instanceof HttpTimeoutException
                  ? endpoint + " sent nothing within the time"
                  : endpoint + ": " + Causes.deepest(e);
          throw new CallFailedException(Kind.UNANSWERED, reason, e);
        }
        reasons.add(Causes.deepest(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CallFailedException(Kind.UNANSWERED, "this process was told to end", e);
      }
    }
    throw new CallFailedException(
        Kind.UNREACHABLE, reasons.stream().distinct().collect(Collectors.joining("; ")), last);
  }

  private HttpRequest.Builder request(URI endpoint, String path, Map<String, String> query) {
    var request =
        HttpRequest.newBuilder(
            URI.create(
                endpoint
                    + "/v2/keys"
                    + encodePath(path)
                    + (query.isEmpty() ? "" : "?" + encode(query))));
    var credentials = access.credentials();
    if (credentials != null) {
      String pair = credentials.username() + ":" + credentials.password();
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
    return request;
  }

  private static String encodePath(String path) {
    return List.of(path.split("/", -1)).stream()
        .map(KeysApi::encode)
        .collect(Collectors.joining("/"));
  }

  private static String encode(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Answer answer(HttpResponse<?> response, byte[] content) {
    JsonNode body;
    try {
      body = MAPPER.readTree(content);
    } catch (IOException e) {
      throw new CallFailedException(Kind.REFUSED, unexpected(response, content), e);
    }
    int errorCode = body.path("errorCode").asInt();
    String message = body.path("message").asText() + " " + body.path("cause").asText();
    var cause = new IOException("HTTP status " + response.statusCode());
    if (errorCode == UNAUTHORIZED || errorCode == 0 && DENIALS.contains(response.statusCode())) {
      throw new CallFailedException(Kind.UNAUTHORIZED, message.strip(), cause);
    }
    if (errorCode == RAFT_INTERNAL || errorCode == DURING_ELECTION) {
      throw new CallFailedException(Kind.UNANSWERED, message.strip(), cause);
    }
    if (errorCode == 0 && response.statusCode() >= 500) {
      throw new CallFailedException(Kind.UNANSWERED, unexpected(response, content), cause);
    }
    if (errorCode == 0 && response.statusCode() >= 400) {
      throw new CallFailedException(
          Kind.REFUSED, unexpected(response, content) + noKeysApi(response), cause);
    }
    return new Answer(clusterId(response), index(response), errorCode, body);
  }

  private static String noKeysApi(HttpResponse<?> response) {
    return response.statusCode() == 404
        ? " (does it speak the v2 API? etcd 3.4 and 3.5 do with --enable-v2, later ones never: use"
            + " datastoreType etcdv3)"
        : "";
  }

  private static String unexpected(HttpResponse<?> response, byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8).strip();
    return "HTTP status %d '%s'"
        .formatted(response.statusCode(), text.substring(0, Math.min(80, text.length())));
  }

  private static String clusterId(HttpResponse<?> response) {
    return response.headers().firstValue("X-Etcd-Cluster-Id").orElse("");
  }

  private static long index(HttpResponse<?> response) {
    return response.headers().firstValueAsLong("X-Etcd-Index").orElse(0);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
