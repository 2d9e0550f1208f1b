package io.margay.kernel;

/// The kernel parameters that are wanted; each is read before it is written, and written only if it
/// differs.
///
/// Belongs to one thread, which its calls to [Sysctls] may block.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class SysctlTable {

  public SysctlTable(Sysctls sysctls) {}

  /// Wants the value. The next apply looks at the parameter even if the same was wanted before: an
  /// interface may have been made anew under its old name, with the kernel's own values.
  ///
  /// @param path below `/proc/sys`, with slashes
  public void put(String path, String value) {
    throw new UnsupportedOperationException();
  }

  /// Wants nothing of the parameter any more. It keeps its value.
  public void remove(String path) {
    throw new UnsupportedOperationException();
  }

  /// Has the next apply look at every parameter anew.
  public void invalidate() {
    throw new UnsupportedOperationException();
  }

  /// Whether the parameter had the wanted value when last looked at, and nothing asked for another
  /// look since.
  public boolean isSettled(String path) {
    throw new UnsupportedOperationException();
  }

  /// Looks at whatever is not settled, in the order it was put.
  public ApplyOutcome<SysctlChange> apply() {
    throw new UnsupportedOperationException();
  }

  /// One parameter that an apply wrote.
  public record SysctlChange(String path, String before, String after) {}
}
