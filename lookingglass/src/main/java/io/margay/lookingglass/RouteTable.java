package io.margay.lookingglass;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.lookingglass.Question.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Routes for an operator to read: a line for each path, with a mark that says what becomes of it.
final class RouteTable {

  private static final List<String> HEADS =
      List.of("", "PREFIX", "NEXT HOP", "FROM", "PREF", "MED", "AS PATH", "MORE");

  private final PrintWriter out;
  private final Columns columns;
  private final boolean outGoing;
  private int count;

  RouteTable(PrintWriter out, Table table) {
    this.out = out;
    this.columns = new Columns(out, HEADS);
    this.outGoing = table == Table.ADJ_OUT;
  }

  void route(JsonNode json) {
    count++;
    columns.row(
        List.of(
            outGoing ? "" : mark(json),
            json.path("prefix").asText(),
            json.path("nextHop").asText("-"),
            json.path("from").asText(),
            json.path("localPref").asText("-"),
            json.path("multiExitDisc").asText("-"),
            path(json),
            more(json)));
  }

  void end() {
    columns.flush();
    out.printf("%d %s%n", count, count == 1 ? "route" : "routes");
    if (!outGoing && count > 0) {
      out.println(
          "> best   = as good, shares the traffic   * usable   ! next hop out of reach   - refused"
              + "   s stale");
    }
    out.flush();
  }

  private static String mark(JsonNode json) {
    String mark =
        switch (json.path("use").asText()) {
          case "best" -> ">";
          case "multipath" -> "=";
          case "valid" -> "*";
          case "unreachable" -> "!";
          default -> "-";
        };
    return json.path("stale").asBoolean() ? mark + "s" : mark;
  }

  /// The path and the letter of its ORIGIN, as routers show it.
  private static String path(JsonNode json) {
    String origin =
        switch (json.path("origin").asText()) {
          case "IGP" -> "i";
          case "EGP" -> "e";
          default -> "?";
        };
    String path = json.path("asPath").asText();
    return path.isEmpty() ? origin : path + " " + origin;
  }

  private static String more(JsonNode json) {
    StringJoiner words = new StringJoiner(", ");
    add(words, "path id ", json.get("pathId"));
    add(words, "cost ", json.get("cost"));
    add(words, "originator ", json.get("originatorId"));
    addAll(words, "cluster ", json.path("clusterList"));
    addAll(words, "community ", json.path("communities"));
    add(words, "link-local ", json.get("linkLocal"));
    if (json.path("pending").asBoolean()) {
      words.add("not read yet");
    }
    add(words, "", json.get("objection"));
    return words.toString();
  }

  private static void add(StringJoiner words, String name, @Nullable JsonNode value) {
    if (value != null) {
      words.add(name + value.asText());
    }
  }

  private static void addAll(StringJoiner words, String name, JsonNode values) {
    if (!values.isEmpty()) {
      StringJoiner list = new StringJoiner(" ", name, "");
      values.forEach(value -> list.add(value.asText()));
      words.add(list.toString());
    }
  }
}
