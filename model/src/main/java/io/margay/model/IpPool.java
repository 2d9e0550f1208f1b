package io.margay.model;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A range of addresses for workloads.
public record IpPool(Metadata metadata, Spec spec) implements Resource {

  /// Blocks have 64 addresses, unless a pool says otherwise.
  public static final int BLOCK_BITS = 6;

  /// The largest block: 4096 addresses, as in Calico 3.
  public static final int MOST_BLOCK_BITS = 12;

  /// @param cidr as written, host bits kept
  public record Metadata(@Nullable IpPrefix cidr) {}

  /// @param ipip null without an `ipip` section
  /// @param natOutgoing whether traffic from the pool to outside all pools is masqueraded
  /// @param disabled whether no new address is given out from it
  /// @param blockSize prefix length of the blocks that nodes take from it, 20 to 32 or 116 to 128;
  ///   null where none was given, which means /26 or /122. Calico 2.1 knows no other
  /// @param vxlanMode which packets to its addresses travel by VXLAN between hosts, null for none.
  ///   A field that Calico 2.1 does not have
  public record Spec(
      @Nullable Ipip ipip,
      boolean natOutgoing,
      boolean disabled,
      @Nullable Integer blockSize,
      @Nullable VxlanMode vxlanMode) {

    /// A pool as Calico 2.1 knows it.
    public Spec(@Nullable Ipip ipip, boolean natOutgoing, boolean disabled) {
      this(ipip, natOutgoing, disabled, null, null);
    }

    /// The same pool from which no new address is given out.
    public Spec asDisabled() {
      return new Spec(ipip, natOutgoing, true, blockSize, vxlanMode);
    }
  }

  /// @param mode null where none was given, which means always
  public record Ipip(boolean enabled, @Nullable IpipMode mode) {}

  /// Which packets between hosts travel in VXLAN packets.
  public enum VxlanMode {
    ALWAYS("Always", "always"),

    /// Those to hosts outside the subnet of this host's own address.
    CROSS_SUBNET("CrossSubnet", "cross-subnet");

    private final String text;
    private final String stored;

    VxlanMode(String text, String stored) {
      this.text = text;
      this.stored = stored;
    }

    /// The mode as documents spell it, which is how Calico does from version 3 on.
    @Override
    public String toString() {
      return text;
    }

    /// The mode as the datastore has it.
    public String stored() {
      return stored;
    }
  }

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

  /// Whether blocks may have a prefix length.
  public static boolean isBlockSize(IpFamily family, int length) {
    return length >= family.bits() - MOST_BLOCK_BITS && length <= family.bits();
  }

  /// The prefix length of its blocks.
  public int blockLength() {
    Integer given = spec.blockSize();
    return given != null ? given : key().cidr().family().bits() - BLOCK_BITS;
  }

  @Override
  public ResourceKey.IpPoolKey key() {
    return new ResourceKey.IpPoolKey(MissingIdentifierException.require(metadata.cidr, "cidr"));
  }
}
