package io.margay.bgp.message;

import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import java.util.List;

/// What a speaker says in its OPEN that it can do (RFC 5492). Codes:
/// <https://www.iana.org/assignments/capability-codes>.
public sealed interface Capability {

  int code();

  /// Takes routes of a family (RFC 4760 §8).
  record Multiprotocol(AfiSafi afiSafi) implements Capability {
    static final int CODE = 1;

    @Override
    public int code() {
      return CODE;
    }
  }

  /// Answers ROUTE-REFRESH (RFC 2918).
  record RouteRefresh() implements Capability {
    static final int CODE = 2;

    @Override
    public int code() {
      return CODE;
    }
  }

  /// Can keep forwarding while its BGP process restarts, and helps a peer that does (RFC 4724 §3).
  ///
  /// @param restarting the R bit: the sender has restarted
  /// @param notification the N bit of RFC 8538
  /// @param restartTimeSeconds how long the sender may need to come back, 0 to 4095
  /// @param families with an empty list the sender only helps
  record GracefulRestart(
      boolean restarting, boolean notification, int restartTimeSeconds, List<Family> families)
      implements Capability {
    static final int CODE = 64;
    static final int MAX_RESTART_TIME = 0xfff;

    public GracefulRestart {
      families = List.copyOf(families);
      if (restartTimeSeconds < 0 || restartTimeSeconds > MAX_RESTART_TIME) {
        throw new IllegalArgumentException(
            "restart time " + restartTimeSeconds + " s is outside 0-4095 s (RFC 4724 §3)");
      }
    }

    @Override
    public int code() {
      return CODE;
    }

    /// Whether the sender's routes of a family survive its restart.
    public boolean covers(IpFamily family) {
      return families.stream().anyMatch(f -> f.afiSafi().equals(AfiSafi.unicast(family)));
    }

    /// Whether the sender kept forwarding for a family while it restarted: the F bit.
    public boolean forwards(IpFamily family) {
      return families.stream()
          .anyMatch(f -> f.forwarding() && f.afiSafi().equals(AfiSafi.unicast(family)));
    }

    /// A family that the capability is about.
    ///
    /// @param forwarding the F bit: forwarding state was kept over the restart
    public record Family(AfiSafi afiSafi, boolean forwarding) {}
  }

  /// Knows 4-octet AS numbers (RFC 6793).
  record FourOctetAs(AsNumber as) implements Capability {
    static final int CODE = 65;

    @Override
    public int code() {
      return CODE;
    }
  }

  /// Reads messages of up to 65535 octets (RFC 8654).
  record ExtendedMessage() implements Capability {
    static final int CODE = 6;

    @Override
    public int code() {
      return CODE;
    }
  }

  /// Marks begin and end of the answer to a ROUTE-REFRESH (RFC 7313).
  record EnhancedRouteRefresh() implements Capability {
    static final int CODE = 70;

    @Override
    public int code() {
      return CODE;
    }
  }

  /// Several paths to one prefix (RFC 7911 §4).
  record AddPath(List<Directions> families) implements Capability {
    static final int CODE = 69;

    public AddPath {
      families = List.copyOf(families);
    }

    @Override
    public int code() {
      return CODE;
    }

    /// What the sender can do in one family.
    ///
    /// @param receives whether it takes several paths
    /// @param sends whether it would tell several paths
    public record Directions(AfiSafi afiSafi, boolean receives, boolean sends) {

      static final int RECEIVE = 1;
      static final int SEND = 2;
    }
  }

  /// One that we do not know, and therefore do not use (RFC 5492 §3).
  record Unknown(int code, Octets value) implements Capability {}
}
