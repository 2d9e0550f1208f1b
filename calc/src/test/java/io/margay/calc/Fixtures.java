package io.margay.calc;

import static io.margay.calc.Resources.localWorkload;
import static io.margay.calc.Resources.workload;
import static io.margay.calc.Resources.workloadKey;

import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.util.List;
import java.util.Map;

/// What scenarios have in common. The ids of sets were computed with another program from Felix's
/// rule: SHA-224 of `s:` or `t:` and the canonical text.
final class Fixtures {

  private Fixtures() {}

  static final String HERE = "here";
  static final String THERE = "there";

  static final WorkloadEndpointKey LOCAL_1 = workloadKey(HERE, "local-1");
  static final WorkloadEndpointKey LOCAL_2 = workloadKey(HERE, "local-2");
  static final WorkloadEndpointKey REMOTE_1 = workloadKey(THERE, "remote-1");
  static final WorkloadEndpointKey REMOTE_2 = workloadKey(THERE, "remote-2");
  static final HostEndpointKey LOCAL_HOST = new HostEndpointKey(HERE, "eth0");
  static final HostEndpointKey REMOTE_HOST = new HostEndpointKey(THERE, "eth0");

  static final Map<String, String> WEB = Map.of("role", "web");
  static final Map<String, String> DB = Map.of("role", "db");

  static final String ALL = "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug";
  static final String ROLE_WEB = "s:MR9Dy5iWW0UxNKyRkM6UiRI3iZzQ2k0xiUotow";
  static final String ROLE_NOT_WEB = "s:jEym8kG3GWurIRggKXVzK6jw76t7q4jzhlr_mQ";
  static final String ROLE_DB = "s:rV61RKD1Q8wo61pyeB0j2rwE3eiBOFbx0SsYKg";
  static final String ROLE_EITHER = "s:XlxnffyKtiMxqfXakUfG6dfYJAGOqKojzVqVSg";
  static final String TIER_EITHER = "s:n3Us7JPTamoHgy9oDM36gYfag25-ZohQjo372Q";
  static final String HAS_WEB = "s:OgePK2EGYKOBWzsWzy_0sfTD_ajinD1NayG6qg";
  static final String HAS_NO_WEB = "s:WZ6vjr8Du08xkravPsIeltseouy4FzgFvjK3Pg";
  static final String TAG_WEB = "t:eAC-Np_aVB4JaeFOBCyalJLbjugMuSkPMHCbnA";

  /// One local endpoint, role web, without policy or profile.
  static final World ONE_LOCAL =
      World.EMPTY
          .named("one local endpoint")
          .with(workload(LOCAL_1, WEB, List.of(), "10.0.0.1"))
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of(), "10.0.0.1"));
}
