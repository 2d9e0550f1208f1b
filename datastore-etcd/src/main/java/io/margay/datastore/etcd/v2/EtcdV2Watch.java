package io.margay.datastore.etcd.v2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.Causes;
import io.margay.datastore.etcd.EtcdErrors;
import io.margay.datastore.etcd.v2.LongPoll.Item;
import io.margay.datastore.path.PathStore.Listener;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.PathStore.Reading;
import io.margay.datastore.path.WatchThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Follows all events below `/calico` from an index on, by one question for each.
///
/// etcd keeps the last thousand events of the whole store. In a silence this watch asks for the
/// index; where that has moved on, it asks for the next event anew: either that brings what the old
/// connection failed to, or the headers of the answer tell that there was nothing of ours, so that
/// the place of the watch moves on too, and writes of others cannot push it out of the history.
final class EtcdV2Watch implements WatchThread.Following {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String ROOT = "/calico";
  private static final String READY = "/calico/v1/Ready";

  static final Duration RETRY = Duration.ofMillis(300);
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final KeysApi api;
  private final EtcdErrors errors;
  private final Listener listener;

  private @Nullable String clusterId;
  private long index;
  private @Nullable Reading listing;
  private @Nullable Picture picture;
  private long storeIndex;
  private volatile @Nullable LongPoll poll;

  /// @param clusterId of the cluster that is to be followed; null for any
  /// @param listing everything at the index, if it is known
  EtcdV2Watch(
      KeysApi api,
      EtcdErrors errors,
      @Nullable String clusterId,
      long afterIndex,
      @Nullable Reading listing,
      Listener listener) {
    this.api = api;
    this.errors = errors;
    this.clusterId = clusterId;
    this.index = afterIndex;
    this.listing = listing;
    this.listener = listener;
  }

  @Override
  public boolean follow(WatchThread thread) throws InterruptedException {
    try {
      return followFromPlace(thread);
    } catch (CallFailedException e) {
      if (e.kind() == Kind.COMPACTED) {
        listener.onLost("etcd no longer has the events after index " + index);
        return false;
      }
      throw errors.explain(e, false);
    }
  }

  /// Checks its place, then asks for one event after the other.
  private boolean followFromPlace(WatchThread thread) throws InterruptedException {
    if (!isInPlace()) {
      return false;
    }
    var known = picture();
    boolean following = true;
    while (following && !thread.isClosed()) {
      try (var next = api.watch(ROOT, index + 1)) {
        poll = next;
        thread.answered("index " + index);
        following = isSameCluster(next.clusterId()) && receive(next, known, thread);
      }
    }
    return following;
  }

  /// @return false if there is nothing more to follow
  private boolean receive(LongPoll next, Picture known, WatchThread thread)
      throws InterruptedException {
    while (!thread.isClosed()) {
      switch (next.poll(SILENCE.toMillis())) {
        case null -> {
          index = Math.max(index, next.index());
          long before = index;
          if (!isInPlace()) {
            return false;
          }
          if (storeIndex > before) {
            return true; // by a new question
          }
        }
        case Item.Line(var text) -> deliver(known, text);
        case Item.End(var cause) when cause != null && !thread.isClosed() ->
            throw new CallFailedException(
                Kind.UNANSWERED, "a watch broke off (" + Causes.deepest(cause) + ")", cause);
        case Item.End _ -> {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether the store is the one that was followed, and has all that was seen of it. A member that
  /// lags behind cannot tell; a quorum read does not let it.
  private boolean isInPlace() {
    var now = api.get(READY);
    storeIndex = now.index();
    if (!isSameCluster(now.clusterId())) {
      return false;
    }
    if (storeIndex < index) {
      listener.onLost("etcd went back from index %d to %d".formatted(index, storeIndex));
      return false;
    }
    return true;
  }

  private boolean isSameCluster(String now) {
    var expected = clusterId;
    clusterId = now;
    if (expected != null && !expected.equals(now)) {
      listener.onLost("the etcd cluster %s was replaced by %s".formatted(expected, now));
      return false;
    }
    return true;
  }

  /// A listing of now may be ahead of the first events. They lead to what it shows, so what is told
  /// of a value of several parts is early, and right in the end.
  private Picture picture() {
    var current = picture;
    if (current == null) {
      current = new Picture(listener::interestIn);
      var known = listing;
      if (known == null) {
        NodeTree.forEachValue(api.list(ROOT).body().path("node"), current::add);
      } else {
        known.values().forEach(current::add);
        listing = null;
      }
      picture = current;
    }
    return current;
  }

  private void deliver(Picture picture, String line) {
    if (line.isBlank()) {
      return;
    }
    JsonNode event;
    try {
      event = MAPPER.readTree(line);
    } catch (IOException e) {
      throw new CallFailedException(
          Kind.UNANSWERED, "an event cannot be understood: " + e.getMessage(), e);
    }
    int errorCode = event.path("errorCode").asInt();
    if (errorCode != 0) {
      throw new CallFailedException(
          errorCode == KeysApi.EVENT_INDEX_CLEARED ? Kind.COMPACTED : Kind.UNANSWERED,
          event.path("message").asText(),
          new IOException(line));
    }
    var node = event.path("node");
    long eventIndex = node.path("modifiedIndex").asLong();
    if (eventIndex > index) {
      var changes = changes(picture, event.path("action").asText(), node, eventIndex);
      if (!changes.isEmpty()) {
        listener.onChanges(changes, picture::at);
      }
      index = eventIndex;
    }
  }

  private static List<PathChange> changes(
      Picture picture, String action, JsonNode node, long eventIndex) {
    boolean directory = node.path("dir").asBoolean();
    return switch (action) {
      case "delete", "expire", "compareAndDelete" ->
          picture.delete(node.path("key").asText(), directory, eventIndex);
      default -> directory ? List.of() : picture.put(NodeTree.value(node)); // set, create, ...
    };
  }

  @Override
  public void wake() {
    var current = poll;
    if (current != null) {
      current.end();
    }
  }

  @Override
  public void end() {
    api.close();
  }
}
