package io.margay.kernel.shape;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The limits on devices that are wanted, and the means to bring the kernel there.
///
/// What others set on a device without a limit stays. On one that shall have a limit, its place is
/// taken, for a device has one root queueing discipline.
///
/// Belongs to one thread, which its calls to [Shapers] may block.
public final class ShapingTable {

  private final Shapers shapers;
  private final Map<String, Limits> wanted = new TreeMap<>();
  private final Map<String, Integer> indexes = new HashMap<>();

  private final Map<String, TokenBucket.Kept> buckets = new HashMap<>();
  private final Set<String> buffers = new HashSet<>();
  private final Map<String, String> redirects = new HashMap<>();
  private boolean stale = true;
  private boolean buffersMayBeLeft;

  /// Devices to be looked at by the next apply.
  private final Set<String> dirty = new TreeSet<>();

  /// Devices that had all that is wanted after the last apply.
  private final Set<String> inPlace = new HashSet<>();

  private final Map<String, String> troubles = new HashMap<>();

  /// What one device shall have.
  ///
  /// @param sent limits what it sends, null for no limit
  /// @param received limits what it receives, null for no limit
  private record Limits(@Nullable TokenBucket sent, @Nullable TokenBucket received) {
    static final Limits NONE = new Limits(null, null);
  }

  public ShapingTable(Shapers shapers) {
    this.shapers = shapers;
  }

  /// The buffer that a device's packets go through. The name is not the device's own with a prefix:
  /// that would be too long, and might look like a workload's interface.
  public static String bufferOf(String device) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(device.getBytes(StandardCharsets.UTF_8));
      return "bw-" + HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Wants these limits on the device, as soon as it is there.
  public void want(String device, @Nullable TokenBucket sent, @Nullable TokenBucket received) {
    Limits limits = new Limits(sent, received);
    Limits before = limits.equals(Limits.NONE) ? wanted.remove(device) : wanted.put(device, limits);
    if (!limits.equals(before == null ? Limits.NONE : before)) {
      inPlace.remove(device);
      dirty.add(device);
    }
  }

  /// Has the next apply read the kernel anew.
  public void invalidate() {
    stale = true;
  }

  /// Notes from the monitor that a link appeared or changed.
  public void onLink(Link link) {
    Integer before = indexes.put(link.name(), link.index());
    if (before == null || before != link.index()) {
      isNew(link.name());
    }
    if (buffers.contains(link.name()) && !link.adminUp()) {
      bufferIsGone(link.name());
    }
  }

  /// Notes from the monitor that a link is gone, or has another name.
  public void onLinkRemoved(Link link) {
    indexes.remove(link.name());
    isNew(link.name());
    if (buffers.contains(link.name())) {
      bufferIsGone(link.name());
    }
  }

  /// There is nothing of ours on the device yet, or any more.
  private void isNew(String device) {
    buckets.remove(device);
    redirects.remove(device);
    if (wanted.containsKey(device)) {
      inPlace.remove(device);
      dirty.add(device);
    }
  }

  /// Its bucket went with it, and packets that are sent to it are dropped.
  private void bufferIsGone(String buffer) {
    buffers.remove(buffer);
    buckets.remove(buffer);
    for (String device : wanted.keySet()) {
      if (bufferOf(device).equals(buffer)) {
        redirects.replace(device, "");
        dirty.add(device);
      }
    }
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale || buffersMayBeLeft || !dirty.isEmpty();
  }

  /// What keeps the device from having its limits; null if nothing does.
  public @Nullable String troubleOf(String device) {
    return troubles.get(device);
  }

  /// Writes what is missing or differs, removes what is not wanted.
  public ApplyOutcome<ShapingChange> apply() {
    List<ShapingChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    try {
      readIfStale();
    } catch (KernelException e) {
      return new ApplyOutcome<>(changes, List.of(e));
    }
    for (String device : List.copyOf(dirty)) {
      bring(device, changes, failures);
    }
    removeLeftBuffers(changes, failures);
    return new ApplyOutcome<>(changes, failures);
  }

  private void readIfStale() {
    if (!stale) {
      return;
    }
    Shapers.State state = read();
    buckets.clear();
    buckets.putAll(state.buckets());
    redirects.clear();
    redirects.putAll(state.redirects());
    buffers.clear();
    buffers.addAll(state.buffers());
    dirty.addAll(wanted.keySet());
    dirty.addAll(buckets.keySet());
    dirty.addAll(redirects.keySet());
    dirty.removeAll(buffers);
    buffersMayBeLeft = true;
    stale = false;
  }

  /// A kernel without traffic control has none of ours.
  private Shapers.State read() {
    try {
      return shapers.read();
    } catch (KernelException e) {
      if (e.names("EOPNOTSUPP")) {
        return new Shapers.State(Map.of(), Set.of(), Map.of());
      }
      throw e;
    }
  }

  private void bring(String device, List<ShapingChange> changes, List<KernelException> failures) {
    boolean drift = inPlace.contains(device);
    Limits limits =
        indexes.containsKey(device) ? wanted.getOrDefault(device, Limits.NONE) : Limits.NONE;
    try {
      limitSent(device, limits.sent(), drift, changes);
      limitReceived(device, limits.received(), drift, changes);
      dirty.remove(device);
      troubles.remove(device);
      if (!limits.equals(Limits.NONE)) {
        inPlace.add(device);
      }
    } catch (KernelException e) {
      if (e.names("ENODEV")) {
        dirty.remove(device); // the monitor will tell which one is gone
      } else if (e.names("ENOENT") || e.names("EOPNOTSUPP")) {
        dirty.remove(device); // does not get better by trying
        troubles.put(
            device,
            "this kernel cannot limit its bandwidth, which is unlimited (%s)"
                .formatted(e.getMessage()));
      } else {
        troubles.put(device, "its bandwidth could not be limited");
        failures.add(e);
      }
    }
  }

  private void limitSent(
      String device, @Nullable TokenBucket bucket, boolean drift, List<ShapingChange> changes) {
    TokenBucket.Kept there = buckets.get(device);
    if (bucket != null && (there == null || !bucket.isLike(there))) {
      shapers.limit(device, bucket);
      buckets.put(device, bucket.kept());
      changes.add(new ShapingChange("limit on %s set to %s".formatted(device, bucket), drift));
    } else if (bucket == null && there != null) {
      shapers.unlimit(device);
      buckets.remove(device);
      changes.add(new ShapingChange("limit on %s removed".formatted(device), drift));
    }
  }

  private void limitReceived(
      String device, @Nullable TokenBucket bucket, boolean drift, List<ShapingChange> changes) {
    String buffer = bufferOf(device);
    String there = redirects.get(device);
    if (bucket == null) {
      if (there != null) {
        shapers.stopRedirecting(device);
        redirects.remove(device);
        changes.add(new ShapingChange("redirect of %s removed".formatted(device), drift));
      }
      if (buffers.contains(buffer)) {
        remove(buffer, changes);
      }
      return;
    }
    if (!buffers.contains(buffer)) {
      shapers.makeBuffer(buffer, "limits what comes from " + device);
      buffers.add(buffer);
      changes.add(new ShapingChange("buffer %s of %s made".formatted(buffer, device), drift));
    }
    limitSent(buffer, bucket, drift, changes);
    if (!buffer.equals(there)) {
      if (there != null) {
        shapers.stopRedirecting(device);
        redirects.remove(device);
      }
      shapers.redirect(device, buffer);
      redirects.put(device, buffer);
      changes.add(
          new ShapingChange("redirect of %s through %s set".formatted(device, buffer), drift));
    }
  }

  /// Those whose device went while nobody looked.
  private void removeLeftBuffers(List<ShapingChange> changes, List<KernelException> failures) {
    if (!buffersMayBeLeft) {
      return;
    }
    Set<String> left = new TreeSet<>(buffers);
    wanted.forEach((device, limits) -> {
      if (limits.received() != null && indexes.containsKey(device)) {
        left.remove(bufferOf(device));
      }
    });
    try {
      left.forEach(buffer -> remove(buffer, changes));
      buffersMayBeLeft = false;
    } catch (KernelException e) {
      failures.add(e);
    }
  }

  private void remove(String buffer, List<ShapingChange> changes) {
    shapers.removeBuffer(buffer);
    buffers.remove(buffer);
    buckets.remove(buffer);
    changes.add(new ShapingChange("buffer %s removed".formatted(buffer), false));
  }
}
