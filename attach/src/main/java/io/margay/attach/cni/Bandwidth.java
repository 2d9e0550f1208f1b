package io.margay.attach.cni;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The capability `bandwidth`, by which a runtime says how much a container may send and receive
/// (CNI's CONVENTIONS.md): `runtimeConfig.bandwidth` with `ingressRate`, `ingressBurst`,
/// `egressRate` and `egressBurst`, in bits a second and bits. Ingress is what goes to the
/// container.
final class Bandwidth {

  private static final String PLACE = "runtimeConfig.bandwidth";

  private Bandwidth() {}

  /// The limits of a configuration; null if it names none.
  ///
  /// @param wrong is told what makes no sense
  static @Nullable QosControls of(JsonNode json, List<String> wrong) {
    JsonNode bandwidth = json.path("runtimeConfig").path("bandwidth");
    return QosControls.of(limit(bandwidth, "ingress", wrong), limit(bandwidth, "egress", wrong));
  }

  /// Zero means no limit. Runtimes give the largest burst they can write where a pod names none,
  /// which is more than Linux counts to.
  private static @Nullable Limit limit(JsonNode bandwidth, String direction, List<String> wrong) {
    long rate = bits(bandwidth, direction + "Rate", wrong);
    long burst = bits(bandwidth, direction + "Burst", wrong);
    if (rate == 0) {
      return null;
    }
    try {
      return new Limit(
          rate,
          burst == 0 ? null : Long.valueOf(Math.clamp(burst, Limit.LEAST_BURST, Limit.MOST_BURST)));
    } catch (IllegalArgumentException e) {
      wrong.add("%s, %s: %s".formatted(PLACE, direction, e.getMessage()));
      return null;
    }
  }

  private static long bits(JsonNode bandwidth, String name, List<String> wrong) {
    JsonNode value = bandwidth.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.isIntegralNumber() || value.bigIntegerValue().signum() < 0) {
      wrong.add("%s.%s is %s, expected a number of bits".formatted(PLACE, name, value));
      return 0;
    }
    return value.canConvertToLong() ? value.longValue() : Long.MAX_VALUE;
  }
}
