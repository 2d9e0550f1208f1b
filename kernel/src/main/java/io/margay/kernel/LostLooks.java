package io.margay.kernel;

/// Looks at the kernel that were in vain, as something was written while they were read.
///
/// Where much is written that may be so time and again, and what someone else has changed would
/// never be noticed. So after a few in a row the kernel is to be read between two writes.
public final class LostLooks {

  private static final int MOST_IN_A_ROW = 3;

  private int inARow;

  /// Another look was in vain.
  ///
  /// @return whether that is enough
  public boolean another() {
    inARow++;
    return inARow >= MOST_IN_A_ROW;
  }

  /// The kernel was read.
  public void over() {
    inARow = 0;
  }
}
