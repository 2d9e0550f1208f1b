package io.margay.kernel.iptables;

/// Where our rules stand in a chain that others write to as well.
public enum InsertMode {
  /// Before all others.
  INSERT,
  /// After all others.
  APPEND
}
