package io.margay.bench.reflection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Results as a table in Markdown, one row for each case and daemon, with the best figure of a case
/// in bold.
final class ResultTable {

  private record Column(String title, ToDoubleFunction<Measurement> figure) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("first table s", Measurement::convergeSeconds),
          new Column("its CPU s", Measurement::convergeProcessorSeconds),
          new Column("later tables s", Measurement::againSeconds),
          new Column("withdrawal s", Measurement::withdrawSeconds),
          new Column("lost client ms", Measurement::lostMilliseconds),
          new Column("change p50 ms", Measurement::changeMedianMilliseconds),
          new Column("change p99 ms", Measurement::changeP99Milliseconds),
          new Column("CPU s in all", Measurement::processorSeconds),
          new Column("peak MB", Measurement::peakMegabytes));

  private final Map<BenchCase, Map<Daemon, Measurement>> rows = new LinkedHashMap<>();

  void add(BenchCase of, Daemon daemon, Measurement measurement) {
    rows.computeIfAbsent(of, _ -> new LinkedHashMap<>()).put(daemon, measurement);
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("Case", ""));
    COLUMNS.forEach(column -> head.add(column.title()));
    lines.add(line(head));
    lines.add(line(head.stream().map(_ -> "---").toList()));
    rows.forEach((of, daemons) -> {
      String title = of.toString();
      for (Map.Entry<Daemon, Measurement> each : daemons.entrySet()) {
        List<String> cells = new ArrayList<>(List.of(title, each.getKey().title()));
        for (Column column : COLUMNS) {
          cells.add(cell(column, each.getValue(), daemons));
        }
        lines.add(line(cells));
        title = "";
      }
    });
    return String.join("\n", lines);
  }

  private static String cell(Column column, Measurement of, Map<Daemon, Measurement> daemons) {
    double value = column.figure().applyAsDouble(of);
    if (Double.isNaN(value)) {
      return "-";
    }
    double best =
        daemons.values().stream()
            .mapToDouble(column.figure())
            .filter(v -> !Double.isNaN(v))
            .min()
            .orElse(value);
    String text = significant(value);
    return value <= best ? "**" + text + "**" : text;
  }

  /// Three digits or so, without exponents.
  private static String significant(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return ("%." + decimals + "f").formatted(value);
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
