package io.margay.lab;

import java.util.HashMap;
import java.util.Map;

/// What an agent's metrics said at a moment, by name; samples that differ in labels are added up.
///
/// @param values the sum of each
record Scrape(Map<String, Double> values) {

  /// Reads Prometheus' text format.
  static Scrape parse(String text) {
    Map<String, Double> values = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#") && line.contains(" "))
        .forEach(line -> {
          int end = line.lastIndexOf(' ');
          String name = line.substring(0, end).replaceFirst("\\{.*", "");
          values.merge(name, Double.parseDouble(line.substring(end + 1)), Double::sum);
        });
    return new Scrape(values);
  }

  double value(String name) {
    return values.getOrDefault(name, 0.0);
  }

  /// How much was added since another one.
  double since(Scrape before, String name) {
    return value(name) - before.value(name);
  }

  /// The mean of what a summary observed since another one; 0 if it observed nothing.
  double meanSince(Scrape before, String summary) {
    double count = since(before, summary + "_count");
    return count == 0 ? 0 : since(before, summary + "_sum") / count;
  }
}
