package io.margay.ipam;

import io.margay.net.IpAddress;
import java.util.List;

/// What became of an [AssignRequest].
public sealed interface Assignment {

  /// The addresses that are the caller's now, IPv4 before IPv6.
  List<IpAddress> addresses();

  /// As many as were asked for.
  record Assigned(List<IpAddress> addresses) implements Assignment {
    public Assigned {
      addresses = List.copyOf(addresses);
    }
  }

  /// No more were free. Those that were are the caller's, who keeps them or gives them back.
  ///
  /// @param reason what was asked for, what there was, and what can be done
  record Incomplete(List<IpAddress> addresses, String reason) implements Assignment {
    public Incomplete {
      addresses = List.copyOf(addresses);
    }
  }

  /// There is no pool to take them from; nothing was taken.
  record Refused(String reason) implements Assignment {
    @Override
    public List<IpAddress> addresses() {
      return List.of();
    }
  }
}
