package io.margay.kernel.shape;

/// What was done about the rate of a device's packets.
///
/// @param what as a sentence
/// @param drift whether it had been as wanted, and someone else changed it
public record ShapingChange(String what, boolean drift) {
  @Override
  public String toString() {
    return what;
  }
}
