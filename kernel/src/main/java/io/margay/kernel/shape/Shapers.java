package io.margay.kernel.shape;

import io.margay.kernel.KernelException;
import java.util.Map;
import java.util.Set;

/// What limits the rate of devices' packets. Calls block; any thread may make them.
///
/// Everything made here carries a number of its own, by which it is told from what others made
/// ([#HANDLE]). A kernel that lacks a queueing discipline, classifier or action refuses with
/// `ENOENT`, one that lacks a kind of device or all of it with `EOPNOTSUPP`.
public interface Shapers {

  /// The major number of our queueing disciplines, and the preference of our filters: `ca11`.
  int HANDLE = 0xca11;

  /// All of ours that is there.
  State read();

  /// @param buckets by device, what limits the sending; other queueing disciplines are left out
  /// @param buffers the devices of the kind `ifb` that are up and whose name is [#isBuffer]'s
  /// @param redirects by device, through which buffer its packets go; empty text if through none,
  ///   because that is gone or someone changed ours
  record State(
      Map<String, TokenBucket.Kept> buckets, Set<String> buffers, Map<String, String> redirects) {
    public State {
      buckets = Map.copyOf(buckets);
      buffers = Set.copyOf(buffers);
      redirects = Map.copyOf(redirects);
    }
  }

  /// Whether a device of this name, if it is of the kind `ifb`, is one of ours.
  static boolean isBuffer(String name) {
    return name.matches("bw-[0-9a-f]{12}");
  }

  /// Limits what the device sends, in the place of whatever queueing discipline it has.
  void limit(String device, TokenBucket bucket);

  /// Takes our limit from the device, if there is one.
  void unlimit(String device);

  /// Makes a device of the kind `ifb`, which receives what it sends, and sets it up. One that is
  /// there stays, and is set up.
  ///
  /// @param purpose for people who list devices
  void makeBuffer(String name, String purpose);

  /// Removes the device if it is there.
  void removeBuffer(String name);

  /// Sends all that the device receives through the buffer. Filters of others stay and come in
  /// their turn.
  ///
  /// @throws KernelException with `ENODEV` if either is not there
  void redirect(String device, String buffer);

  /// Takes our filter from the device, if there is one, and its place if nobody else has a filter
  /// there.
  void stopRedirecting(String device);
}
