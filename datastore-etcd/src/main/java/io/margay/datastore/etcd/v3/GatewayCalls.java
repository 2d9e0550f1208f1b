package io.margay.datastore.etcd.v3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.MemberRotation;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.PathValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls as JSON over HTTP, which every member of etcd takes beside gRPC
/// (`Documentation/dev-guide/ api_grpc_gateway.md` of etcd 3.4). It starts in a fraction of the
/// time that jetcd needs, so it is for programs that make a few calls and end.
///
/// A cluster whose gateway is switched off (`--enable-grpc-gateway=false`), or too old to have one
/// below `/v3`, is spoken to by jetcd.
final class GatewayCalls implements EtcdCalls {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final EtcdAccess access;
  private final GatewayTransport transport;
  private volatile @Nullable String token;
  private volatile @Nullable EtcdCalls jetcd;

  GatewayCalls(EtcdAccess access, MemberRotation members) {
    this.access = access;
    this.transport = new GatewayTransport(access, members);
  }

  @Override
  public Range range(String from, String end, int limit, long revision) {
    var request = MAPPER.createObjectNode();
    request.put("key", base64(from));
    request.put("range_end", base64(end));
    request.put("limit", limit);
    request.put("revision", revision);
    var answer = call("/v3/kv/range", request);
    return answer == null
        ? byJetcd().range(from, end, limit, revision)
        : new Range(header(answer), values(answer));
  }

  @Override
  public Committed commit(List<Condition> conditions, List<Op> ops) {
    var request = MAPPER.createObjectNode();
    var compare = request.putArray("compare");
    conditions.forEach(condition -> compare.add(comparison(condition)));
    var success = request.putArray("success");
    ops.forEach(op -> success.add(operation(op)));
    var answer = call("/v3/kv/txn", request);
    if (answer == null) {
      return byJetcd().commit(conditions, ops);
    }
    List<PathValue> found = new ArrayList<>();
    for (var response : answer.path("responses")) {
      found.addAll(values(response.path("response_range")));
    }
    return new Committed(header(answer), answer.path("succeeded").asBoolean(), List.copyOf(found));
  }

  private static ObjectNode comparison(Condition condition) {
    var node = MAPPER.createObjectNode().put("key", base64(condition.path()));
    return switch (condition) {
      case Condition.Absent _ ->
          node.put("target", "CREATE").put("result", "EQUAL").put("create_revision", 0);
      case Condition.Exists _ ->
          node.put("target", "CREATE").put("result", "GREATER").put("create_revision", 0);
      case Condition.At(String _, long revision) ->
          node.put("target", "MOD").put("result", "EQUAL").put("mod_revision", revision);
    };
  }

  private static ObjectNode operation(Op op) {
    var node = MAPPER.createObjectNode();
    String key = base64(op.path());
    switch (op) {
      case Op.Get(String _, long revision) ->
          node.putObject("request_range").put("key", key).put("revision", revision);
      case Op.GetAll(String _, String end, long revision) ->
          node.putObject("request_range")
              .put("key", key)
              .put("range_end", base64(end))
              .put("revision", revision);
      case Op.Put(String _, String value, long lease) ->
          node.putObject("request_put")
              .put("key", key)
              .put("value", base64(value))
              .put("lease", lease);
      case Op.Delete _ -> node.putObject("request_delete_range").put("key", key);
    }
    return node;
  }

  @Override
  public long grantLease(Duration timeToLive) {
    long seconds = Math.max(1, timeToLive.plusMillis(999).toSeconds());
    var answer = call("/v3/lease/grant", MAPPER.createObjectNode().put("TTL", seconds));
    return answer == null ? byJetcd().grantLease(timeToLive) : answer.path("ID").asLong();
  }

  /// Null if there is no gateway.
  private @Nullable JsonNode call(String path, ObjectNode request) {
    if (jetcd != null) {
      return null;
    }
    try {
      return transport.post(path, request, token());
    } catch (CallFailedException e) {
      if (e.kind() == Kind.TOKEN_EXPIRED) {
        token = null;
      }
      throw e;
    }
  }

  /// What proves who we are; null to ask as nobody.
  private @Nullable String token() {
    var credentials = access.credentials();
    if (credentials == null || token != null) {
      return token;
    }
    var request =
        MAPPER
            .createObjectNode()
            .put("name", credentials.username())
            .put("password", credentials.password());
    var answer = transport.post("/v3/auth/authenticate", request, null);
    token = answer == null ? null : answer.path("token").asText();
    return token;
  }

  private synchronized EtcdCalls byJetcd() {
    var calls = jetcd;
    if (calls == null) {
      calls = new JetcdCalls(access);
      jetcd = calls;
    }
    return calls;
  }

  private static Header header(JsonNode answer) {
    var header = answer.path("header");
    return new Header(
        Long.parseUnsignedLong(header.path("cluster_id").asText("0")),
        header.path("revision").asLong());
  }

  private static List<PathValue> values(JsonNode range) {
    List<PathValue> values = new ArrayList<>();
    for (var kv : range.path("kvs")) {
      values.add(
          new PathValue(
              text(kv.path("key")), text(kv.path("value")), kv.path("mod_revision").asLong()));
    }
    return List.copyOf(values);
  }

  private static String text(JsonNode base64) {
    return new String(Base64.getDecoder().decode(base64.asText()), UTF_8);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  @Override
  public void close() {
    var calls = jetcd;
    if (calls != null) {
      calls.close();
    }
  }
}
