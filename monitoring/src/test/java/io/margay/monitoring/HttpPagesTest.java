package io.margay.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.monitoring.HttpPages.Page;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPagesTest {

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AtomicReference<List<String>> complaints = new AtomicReference<>(List.of());
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpPages pages;

  @BeforeEach
  void serve() throws IOException {
    Page broken =
        () -> {
          throw new IllegalStateException("out of order");
        };
    pages =
        HttpPages.serve(
            ANY_PORT,
            Map.of(
                "/metrics",
                new MetricsPage(registry),
                "/liveness",
                new HealthPage(complaints::get),
                "/broken",
                broken));
  }

  @AfterEach
  void stop() {
    pages.close();
    client.close();
  }

  @Test
  void metricsAreReadAtTheMomentOfAsking() throws Exception {
    AtomicLong calls = new AtomicLong(3);
    UnsuffixedCounter.register(
        registry, "felix_ipset_calls", "Calls.", List.of(), each -> each.call(calls.get()));
    Gauge.builder().name("felix_ipsets_total").help("Sets.").register(registry).set(7);

    assertThat(get("/metrics").body()).contains("felix_ipset_calls 3.0\n");
    calls.set(4);
    HttpResponse<String> now = get("/metrics");

    assertThat(now.statusCode()).isEqualTo(200);
    assertThat(now.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(now.body())
        .contains("# TYPE felix_ipset_calls untyped\n", "felix_ipset_calls 4.0\n")
        .contains("# TYPE felix_ipsets_total gauge\n", "felix_ipsets_total 7.0\n");
  }

  @Test
  void anUnsuffixedCounterHasLabels() throws Exception {
    UnsuffixedCounter.register(
        registry,
        "felix_iptables_lines_executed",
        "Lines.",
        List.of("ip_version", "table"),
        each -> {
          each.call(1, "4", "filter");
          each.call(2, "6", "raw");
        });

    assertThat(get("/metrics").body())
        .contains("felix_iptables_lines_executed{ip_version=\"4\",table=\"filter\"} 1.0\n")
        .contains("felix_iptables_lines_executed{ip_version=\"6\",table=\"raw\"} 2.0\n");
  }

  @Test
  void aCounterOfTheLibrarysOwnEndsInTotal() throws Exception {
    Counter.builder().name("margay_drift").help("Repairs.").register(registry).inc();

    assertThat(get("/metrics").body()).contains("margay_drift_total 1.0\n");
  }

  @Test
  void healthTellsWhatIsWrong() throws Exception {
    assertThat(get("/liveness")).returns(200, HttpResponse::statusCode);
    complaints.set(List.of("the dataplane is stuck", "the datastore is away"));

    assertThat(get("/liveness"))
        .returns(503, HttpResponse::statusCode)
        .returns("the dataplane is stuck\nthe datastore is away\n", HttpResponse::body);
  }

  @Test
  void whatIsNotThereNamesWhatIs() throws Exception {
    assertThat(get("/metricsandmore"))
        .returns(404, HttpResponse::statusCode)
        .returns(
            "nothing at /metricsandmore; there is /broken, /liveness, /metrics\n",
            HttpResponse::body);
  }

  @Test
  void onlyReadingIsAllowed() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(uri("/metrics")).POST(BodyPublishers.ofString("x")).build();
    HttpResponse<String> answer = client.send(post, BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    HttpRequest head = HttpRequest.newBuilder(uri("/liveness")).HEAD().build();
    assertThat(client.send(head, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }

  @Test
  void aPageThatFailsSaysSoAndTheOthersGoOn() throws Exception {
    assertThat(get("/broken"))
        .returns(500, HttpResponse::statusCode)
        .satisfies(answer -> assertThat(answer.body()).contains("out of order"));
    assertThat(get("/liveness")).returns(200, HttpResponse::statusCode);
  }

  @Test
  void anAddressInUseIsNamed() {
    assertThatThrownBy(() -> HttpPages.serve(pages.address(), Map.of()).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on")
        .hasMessageContaining(String.valueOf(pages.address().getPort()));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create(
        "http://%s:%d%s"
            .formatted(
                pages.address().getAddress().getHostAddress(), pages.address().getPort(), path));
  }
}
