package io.margay.bgp.message;

import io.margay.net.Ipv4Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path attributes of a route (RFC 4271 §5). Routes with equal attributes can travel in one
/// UPDATE.
///
/// @param nextHop null only for a route of our own, whose next hop is whoever announces it
/// @param multiExitDisc 0 to 4294967295
/// @param localPref 0 to 4294967295
/// @param originatorId set by the first reflector (RFC 4456 §8)
/// @param clusterList the reflectors passed, the nearest first
/// @param others extended and large communities, and what we do not know
public record PathAttributes(
    Origin origin,
    AsPath asPath,
    @Nullable NextHop nextHop,
    @Nullable Long multiExitDisc,
    @Nullable Long localPref,
    boolean atomicAggregate,
    @Nullable Aggregator aggregator,
    List<Community> communities,
    @Nullable Ipv4Address originatorId,
    List<Ipv4Address> clusterList,
    List<RawAttribute> others) {

  /// LOCAL_PREF of a route that has none.
  public static final long DEFAULT_LOCAL_PREF = 100;

  public PathAttributes {
    communities = List.copyOf(communities);
    clusterList = List.copyOf(clusterList);
    others = List.copyOf(others);
  }

  /// The attributes of a route that begins here: origin IGP, empty path, next hop whoever announces
  /// it.
  public static PathAttributes local() {
    return new Builder().build();
  }

  /// LOCAL_PREF, or what counts in its absence.
  public long effectiveLocalPref() {
    return localPref == null ? DEFAULT_LOCAL_PREF : localPref;
  }

  /// MULTI_EXIT_DISC, or what counts in its absence (RFC 4271 §9.1.2.2 c).
  public long effectiveMultiExitDisc() {
    return multiExitDisc == null ? 0 : multiExitDisc;
  }

  public static Builder builder() {
    return new Builder();
  }

  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.origin = origin;
    builder.asPath = asPath;
    builder.nextHop = nextHop;
    builder.multiExitDisc = multiExitDisc;
    builder.localPref = localPref;
    builder.atomicAggregate = atomicAggregate;
    builder.aggregator = aggregator;
    builder.communities = communities;
    builder.originatorId = originatorId;
    builder.clusterList = clusterList;
    builder.others = others;
    return builder;
  }

  /// Attributes under construction.
  public static final class Builder {
    private Origin origin = Origin.IGP;
    private AsPath asPath = AsPath.EMPTY;
    private @Nullable NextHop nextHop;
    private @Nullable Long multiExitDisc;
    private @Nullable Long localPref;
    private boolean atomicAggregate;
    private @Nullable Aggregator aggregator;
    private List<Community> communities = List.of();
    private @Nullable Ipv4Address originatorId;
    private List<Ipv4Address> clusterList = List.of();
    private List<RawAttribute> others = List.of();

    private Builder() {}

    public Builder origin(Origin value) {
      origin = value;
      return this;
    }

    public Builder asPath(AsPath value) {
      asPath = value;
      return this;
    }

    public Builder nextHop(@Nullable NextHop value) {
      nextHop = value;
      return this;
    }

    public Builder multiExitDisc(@Nullable Long value) {
      multiExitDisc = value;
      return this;
    }

    public Builder localPref(@Nullable Long value) {
      localPref = value;
      return this;
    }

    public Builder atomicAggregate(boolean value) {
      atomicAggregate = value;
      return this;
    }

    public Builder aggregator(@Nullable Aggregator value) {
      aggregator = value;
      return this;
    }

    public Builder communities(List<Community> value) {
      communities = value;
      return this;
    }

    public Builder originatorId(@Nullable Ipv4Address value) {
      originatorId = value;
      return this;
    }

    public Builder clusterList(List<Ipv4Address> value) {
      clusterList = value;
      return this;
    }

    public Builder others(List<RawAttribute> value) {
      others = value;
      return this;
    }

    public PathAttributes build() {
      return new PathAttributes(
          origin,
          asPath,
          nextHop,
          multiExitDisc,
          localPref,
          atomicAggregate,
          aggregator,
          communities,
          originatorId,
          clusterList,
          others);
    }
  }
}
