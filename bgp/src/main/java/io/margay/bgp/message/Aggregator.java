package io.margay.bgp.message;

import io.margay.net.AsNumber;
import io.margay.net.Ipv4Address;

/// AGGREGATOR (RFC 4271 §5.1.7): who made one route of several.
public record Aggregator(AsNumber as, Ipv4Address address) {}
