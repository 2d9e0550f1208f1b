package io.margay.model;

import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A range of addresses for workloads.
public record IpPool(Metadata metadata, Spec spec) implements Resource {

  /// @param cidr as written, host bits kept
  public record Metadata(@Nullable IpPrefix cidr) {}

  /// @param ipip null without an `ipip` section
  /// @param natOutgoing whether traffic from the pool to outside all pools is masqueraded
  /// @param disabled whether no new address is given out from it
  public record Spec(@Nullable Ipip ipip, boolean natOutgoing, boolean disabled) {}

  /// @param mode null where none was given, which means always
  public record Ipip(boolean enabled, @Nullable IpipMode mode) {}

  public enum IpipMode {
    ALWAYS("always"),
    CROSS_SUBNET("cross-subnet");

    private final String text;

    IpipMode(String text) {
      this.text = text;
    }

    /// The mode as documents spell it.
    @Override
    public String toString() {
      return text;
    }
  }

  @Override
  public ResourceKey.IpPoolKey key() {
    return new ResourceKey.IpPoolKey(MissingIdentifierException.require(metadata.cidr, "cidr"));
  }
}
