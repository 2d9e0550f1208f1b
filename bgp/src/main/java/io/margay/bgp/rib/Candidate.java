package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;

/// What the decision process looks at (RFC 4271 §9.1.2).
public sealed interface Candidate permits Path, Route {

  PathAttributes attributes();

  RouteSource source();
}
