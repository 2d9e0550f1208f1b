package io.margay.monitoring;

import io.margay.monitoring.HttpPages.Answer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// All metrics of a registry, in Prometheus' text format 0.0.4.
///
/// @param registry callbacks in it are called on the thread of whoever asks
public record MetricsPage(PrometheusRegistry registry) implements HttpPages.Page {

  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  @Override
  public Answer answer() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    WRITER.write(text, registry.scrape());
    return new Answer(200, WRITER.getContentType(), text.toString(StandardCharsets.UTF_8));
  }
}
