package io.margay.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The kernel parameters that are wanted; each is read before it is written, and written only if it
/// differs.
///
/// Belongs to one thread, which its calls to [Sysctls] may block.
public final class SysctlTable {

  private final Sysctls sysctls;
  private final Map<String, String> desired = new LinkedHashMap<>();
  private final Set<String> unsettled = new LinkedHashSet<>();

  public SysctlTable(Sysctls sysctls) {
    this.sysctls = sysctls;
  }

  /// Wants the value. The next apply looks at the parameter even if the same was wanted before: an
  /// interface may have been made anew under its old name, with the kernel's own values.
  ///
  /// @param path below `/proc/sys`, with slashes
  public void put(String path, String value) {
    desired.put(path, value);
    unsettled.add(path);
  }

  /// Wants nothing of the parameter any more. It keeps its value.
  public void remove(String path) {
    desired.remove(path);
    unsettled.remove(path);
  }

  /// Has the next apply look at every parameter anew.
  public void invalidate() {
    unsettled.addAll(desired.keySet());
  }

  /// The parameters that are wanted, with their values; a copy.
  public Map<String, String> wanted() {
    return Map.copyOf(desired);
  }

  /// Has the next apply look at these parameters anew, as far as they are wanted.
  public void invalidate(Set<String> paths) {
    paths.stream().filter(desired::containsKey).forEach(unsettled::add);
  }

  /// Whether the parameter had the wanted value when last looked at, and nothing asked for another
  /// look since.
  public boolean isSettled(String path) {
    return desired.containsKey(path) && !unsettled.contains(path);
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return !unsettled.isEmpty();
  }

  /// Looks at whatever is not settled, in the order it was put.
  public ApplyOutcome<SysctlChange> apply() {
    List<SysctlChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    for (String path : List.copyOf(unsettled)) {
      String value = desired.get(path);
      if (value == null) {
        continue;
      }
      try {
        Optional<String> before = sysctls.read(path);
        if (!before.equals(Optional.of(value))) {
          sysctls.write(path, value);
          changes.add(new SysctlChange(path, before.orElse(""), value));
        }
        unsettled.remove(path);
      } catch (KernelException e) {
        failures.add(e);
      }
    }
    return new ApplyOutcome<>(changes, failures);
  }

  /// One parameter that an apply wrote.
  public record SysctlChange(String path, String before, String after) {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return "sysctl %s: '%s' replaced by '%s'".formatted(path, before, after);
    }
  }
}
