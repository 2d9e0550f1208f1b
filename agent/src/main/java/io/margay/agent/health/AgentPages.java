package io.margay.agent.health;

import io.margay.dataplane.config.FelixConfig;
import io.margay.dataplane.config.FelixConfig.Page;
import io.margay.monitoring.HealthPage;
import io.margay.monitoring.HttpPages;
import io.margay.monitoring.MetricsPage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves metrics and health where the settings say, each at its own address. An address that
/// cannot be had is told of once and tried again, as the agent works without.
///
/// Any thread may call.
public final class AgentPages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AgentPages.class);

  private final Served metrics;
  private final Served health;

  public AgentPages(PrometheusRegistry registry, AgentHealth agent) {
    this.metrics = new Served("Metrics", Map.of("/metrics", new MetricsPage(registry)));
    this.health =
        new Served(
            "Health",
            Map.of(
                "/liveness", new HealthPage(agent::notLive),
                "/readiness", new HealthPage(agent::notReady)));
    // Not at every beat: a port that another program has stays taken for long.
    agent.onBeat(() -> List.of(metrics, health).forEach(Served::retry));
  }

  /// Serves what is enabled.
  public void use(FelixConfig config) {
    metrics.use(config.metrics());
    health.use(config.health());
  }

  @Override
  public void close() {
    metrics.close();
    health.close();
  }

  /// Pages at one address.
  private static final class Served implements AutoCloseable {

    private static final int BEATS_PER_RETRY = 10;

    private final String what;
    private final Map<String, HttpPages.Page> pages;
    private Page wanted = new Page(false, null, 0);
    private @Nullable HttpPages open;
    private int beats;

    Served(String what, Map<String, HttpPages.Page> pages) {
      this.what = what;
      this.pages = pages;
    }

    synchronized void use(Page now) {
      if (!now.equals(wanted)) {
        close();
        wanted = now;
        open(true);
      }
    }

    synchronized void retry() {
      if (open == null && wanted.enabled() && ++beats % BEATS_PER_RETRY == 0) {
        open(false);
      }
    }

    private void open(boolean tell) {
      if (!wanted.enabled()) {
        return;
      }
      String host = wanted.host();
      InetSocketAddress address =
          host == null
              ? new InetSocketAddress(wanted.port())
              : new InetSocketAddress(host, wanted.port());
      try {
        HttpPages opened = HttpPages.serve(address, pages);
        open = opened;
        LOG.info(
            "{} at http://{}:{}{}",
            what,
            host == null ? "0.0.0.0" : host,
            opened.address().getPort(),
            String.join(" and ", pages.keySet().stream().sorted().toList()));
      } catch (IOException | RuntimeException e) {
        if (tell) {
          LOG.error(
              "{} cannot be served: {}. It is tried again every {} s. Another place:"
                  + " PrometheusMetricsHost and PrometheusMetricsPort, HealthHost and HealthPort.",
              what,
              e.getMessage(),
              BEATS_PER_RETRY);
        }
      }
    }

    @Override
    public synchronized void close() {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }
}
