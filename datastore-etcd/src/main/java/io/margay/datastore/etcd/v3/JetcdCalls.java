package io.margay.datastore.etcd.v3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.netty.GrpcSslContexts;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.TlsMaterial;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.PathValue;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// The calls by jetcd, over one gRPC channel to all members.
///
/// jetcd would repeat failed calls by itself; that is switched off, because how long to be patient
/// is the store's to say.
final class JetcdCalls implements EtcdCalls {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  /// A dead connection is noticed after 13 s. etcd ends connections that ask more often than every
  /// 5 s (`--grpc-keepalive-min-time`).
  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(10);

  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(3);

  /// A watch that catches up gets a thousand revisions in one message, each up to etcd's limit of
  /// 1.5 MiB; more than this means that somebody stores what is not ours.
  private static final int MAX_MESSAGE_BYTES = 256 << 20;

  private final Client client;

  JetcdCalls(EtcdAccess access) {
    var builder =
        Client.builder()
            .endpoints(access.endpoints())
            .connectTimeout(CONNECT_TIMEOUT)
            .waitForReady(false)
            .retryMaxAttempts(0)
            .keepaliveTime(KEEPALIVE_TIME)
            .keepaliveTimeout(KEEPALIVE_TIMEOUT)
            .keepaliveWithoutCalls(false)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES);
    var credentials = access.credentials();
    if (credentials != null) {
      builder.user(bytes(credentials.username())).password(bytes(credentials.password()));
    }
    var tls = access.tls();
    if (tls != null) {
      builder.sslContext(sslContext(tls));
    }
    this.client = build(builder);
  }

  private static Client build(ClientBuilder builder) {
    return builder.build();
  }

  private static SslContext sslContext(TlsMaterial material) {
    try {
      var builder = GrpcSslContexts.forClient();
      if (material.trust() != null) {
        builder.trustManager(material.trust());
      }
      if (material.identity() != null) {
        builder.keyManager(material.identity());
      }
      return builder.build();
    } catch (SSLException e) {
      throw new Misconfigured(
          DatastoreError.ETCD_CERTIFICATE_FILE,
          "the certificates for etcd cannot be used: " + e.getMessage(),
          e);
    }
  }

  @Override
  public Range range(String from, String end, int limit, long revision) {
    var option =
        GetOption.builder()
            .withRange(bytes(end))
            .withLimit(limit)
            .withRevision(revision)
            .withSortField(GetOption.SortTarget.KEY)
            .withSortOrder(GetOption.SortOrder.NONE)
            .build();
    GetResponse response = answer(client.getKVClient().get(bytes(from), option));
    return new Range(header(response), values(response));
  }

  @Override
  public Committed commit(List<Condition> conditions, List<Op> ops) {
    var response =
        answer(
            client
                .getKVClient()
                .txn()
                .If(conditions.stream().map(JetcdCalls::comparison).toArray(Cmp[]::new))
                .Then(ops.stream().map(JetcdCalls::operation).toArray(io.etcd.jetcd.op.Op[]::new))
                .commit());
    var values = response.getGetResponses().stream().flatMap(get -> values(get).stream()).toList();
    return new Committed(header(response), response.isSucceeded(), values);
  }

  private static Cmp comparison(Condition condition) {
    var key = bytes(condition.path());
    return switch (condition) {
      case Condition.Absent _ -> new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(0));
      case Condition.Exists _ -> new Cmp(key, Cmp.Op.GREATER, CmpTarget.createRevision(0));
      case Condition.At(String _, long revision) ->
          new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision));
    };
  }

  private static io.etcd.jetcd.op.Op operation(Op op) {
    var key = bytes(op.path());
    return switch (op) {
      case Op.Get(String _, long revision) ->
          io.etcd.jetcd.op.Op.get(key, GetOption.builder().withRevision(revision).build());
      case Op.GetAll(String _, String end, long revision) ->
          io.etcd.jetcd.op.Op.get(
              key, GetOption.builder().withRange(bytes(end)).withRevision(revision).build());
      case Op.Put(String _, String value, long lease) ->
          io.etcd.jetcd.op.Op.put(
              key, bytes(value), PutOption.builder().withLeaseId(lease).build());
      case Op.Delete _ -> io.etcd.jetcd.op.Op.delete(key, DeleteOption.DEFAULT);
    };
  }

  @Override
  public long grantLease(Duration timeToLive) {
    long seconds = Math.max(1, timeToLive.plusMillis(999).toSeconds());
    return answer(client.getLeaseClient().grant(seconds)).getID();
  }

  /// Follows the changes of all paths in a range. The listener is called on a thread of jetcd's,
  /// which waits while it does.
  Watch.Watcher watch(String from, String end, long firstRevision, Watch.Listener listener) {
    var option =
        WatchOption.builder()
            .withRange(bytes(end))
            .withRevision(firstRevision)
            .withProgressNotify(true)
            .withRequireLeader(true)
            .build();
    return client.getWatchClient().watch(bytes(from), option, listener);
  }

  private static <T> T answer(CompletableFuture<T> future) {
    try {
      return future.get(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw CallFailures.of(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new CallFailedException(
          Kind.UNANSWERED, "nothing came within " + CALL_TIMEOUT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallFailedException(Kind.UNANSWERED, "this process was told to end", e);
    }
  }

  private static Header header(Response response) {
    var header = response.getHeader();
    return new Header(header.getClusterId(), header.getRevision());
  }

  private static List<PathValue> values(GetResponse response) {
    return response.getKvs().stream().map(JetcdCalls::value).toList();
  }

  private static PathValue value(KeyValue kv) {
    return new PathValue(
        kv.getKey().toString(UTF_8), kv.getValue().toString(UTF_8), kv.getModRevision());
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  @Override
  public void close() {
    client.close();
  }
}
