/// What a monitoring system reads of a running process: pages over HTTP, on the JDK's own server.
///
/// ```
///   Prometheus ──GET /metrics───> HttpPages ──> MetricsPage ──collect──> PrometheusRegistry
///   kubelet ────GET /liveness───>          ──> HealthPage ──> complaints of the process
/// ```
///
/// A process registers its metrics in a `PrometheusRegistry` of its own, usually with callbacks
/// that read what it counts anyway, and serves the pages with [io.margay.monitoring.HttpPages].
/// Counters whose names are older than the rule that a counter ends in `_total` are
/// [io.margay.monitoring.UnsuffixedCounter]s.
@NullMarked
package io.margay.monitoring;

import org.jspecify.annotations.NullMarked;
