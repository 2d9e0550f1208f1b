package io.margay.reflector;

import io.margay.bgp.PeerStatus;
import io.margay.bgp.session.SessionState;
import io.margay.monitoring.HttpPages;
import io.margay.monitoring.MetricsPage;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// What a monitoring system reads of a reflector, at `/metrics`. Each number is read when it is
/// asked for.
final class ReflectorMetrics {

  /// What the numbers are made of.
  ///
  /// @param prefixes how many there is a path to
  record Snapshot(List<PeerStatus> peers, int prefixes) {}

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Supplier<Snapshot> snapshot;

  private ReflectorMetrics(Supplier<Snapshot> snapshot) {
    this.snapshot = snapshot;
  }

  /// Serves until closed.
  ///
  /// @throws IOException if the address cannot be had, with a message that names it
  static HttpPages serve(InetSocketAddress address, Supplier<Snapshot> snapshot)
      throws IOException {
    ReflectorMetrics metrics = new ReflectorMetrics(snapshot);
    metrics.register();
    return HttpPages.serve(address, Map.of("/metrics", new MetricsPage(metrics.registry)));
  }

  private void register() {
    GaugeWithCallback.builder()
        .name("margay_bgp_prefixes")
        .help("Prefixes that there is a path to.")
        .callback(callback -> callback.call(snapshot.get().prefixes()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("margay_bgp_peers")
        .help("Peers by the state of their session (RFC 4271 section 8.2.2).")
        .labelNames("state")
        .callback(callback -> {
          Map<SessionState, Integer> counts = new EnumMap<>(SessionState.class);
          for (SessionState state : SessionState.values()) {
            counts.put(state, 0);
          }
          snapshot.get().peers().forEach(peer -> counts.merge(peer.state(), 1, Integer::sum));
          counts.forEach(
              (state, count) -> callback.call(count, state.toString().toLowerCase(Locale.ROOT)));
        })
        .register(registry);
    perPeer(
        "margay_bgp_peer_established",
        "Whether the session is established, 1 or 0.",
        peer -> peer.state() == SessionState.ESTABLISHED ? 1 : 0);
    perPeer(
        "margay_bgp_peer_received_prefixes", "Paths that the peer tells.", PeerStatus::received);
    perPeer(
        "margay_bgp_peer_accepted_prefixes",
        "Paths of the peer that take part in the decision.",
        PeerStatus::imported);
    perPeer(
        "margay_bgp_peer_stale_prefixes",
        "Paths left from before the peer's restart (RFC 4724).",
        PeerStatus::stale);
    perPeer(
        "margay_bgp_peer_told_prefixes", "Prefixes that the peer is told.", PeerStatus::advertised);
  }

  private void perPeer(String name, String help, ToDoubleFunction<PeerStatus> number) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("peer")
        .callback(callback ->
            snapshot
                .get()
                .peers()
                .forEach(peer ->
                    callback.call(
                        number.applyAsDouble(peer), peer.config().remoteAddress().toString())))
        .register(registry);
  }
}
