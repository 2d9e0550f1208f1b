package io.margay.monitoring;

import io.margay.monitoring.HttpPages.Answer;
import java.util.List;
import java.util.function.Supplier;

/// Whether a process is well: 200 and `ok`, or 503 and what is wrong, a line each. That is how
/// Kubernetes' HTTP probes and load balancers tell (any status of 200 to 399 is well).
///
/// @param complaints what is wrong now, empty if nothing is; asked on any thread, and must not
///   block
public record HealthPage(Supplier<List<String>> complaints) implements HttpPages.Page {

  @Override
  public Answer answer() {
    List<String> wrong = complaints.get();
    return wrong.isEmpty()
        ? Answer.text(200, "ok\n")
        : Answer.text(503, String.join("\n", wrong) + "\n");
  }
}
