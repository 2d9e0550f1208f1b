package io.margay.transport.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes the table of other makers' daemons in docs/bgp.md of what [InteropResults] noted.
final class InteropTable {

  private static final String BEGIN = "<!-- interoperability: made by build/interop-table -->\n";
  private static final String END = "<!-- end of interoperability -->\n";

  /// What a row says, and the test that shows it.
  private record Row(String text, String test) {}

  private static final List<Row> ROWS =
      List.of(
          new Row(
              "routes both ways, withdrawals; over IPv4",
              "DaemonInteropTest.tablesAreTheSameOnBothEndsAndFollowWithdrawals"),
          new Row(
              "the same over IPv6",
              "Ipv6SessionTest.tablesAreTheSameOnBothEndsAndFollowWithdrawals"),
          new Row(
              "asks us for a refresh", "DaemonInteropTest.theDaemonIsToldOnceMoreWhatItAsksFor"),
          new Row("answers our refresh", "DaemonInteropTest.weAreToldOnceMoreWhatWeAskFor"),
          new Row(
              "keeps our routes while we restart",
              "DaemonInteropTest.theDaemonKeepsOurRoutesWhileWeRestart"),
          new Row(
              "we keep its routes while it restarts",
              "DaemonInteropTest.weKeepItsRoutesWhileTheDaemonRestarts"),
          new Row("MD5", "DaemonInteropTest.aPasswordSignsTheSession"),
          new Row(
              "prefixes with path identifiers, both ways",
              "DaemonInteropTest.prefixesGoBothWaysWithPathIdentifiers"),
          new Row(
              "holds all paths that our reflector has",
              "AddPathInteropTest.aClientHoldsAllPathsToAPrefix"),
          new Row(
              "drops our routes when we say so",
              "DaemonInteropTest.anOrderlyStopTakesOurRoutesAlong"),
          new Row(
              "is a client of our reflector",
              "ReflectionInteropTest.theDaemonIsAClientOfOurReflector"),
          new Row("reflects for our nodes", "ReflectionInteropTest.theDaemonReflectsForOurNodes"));

  private InteropTable() {}

  /// @param arguments the directory of the results, the document to put the table into
  public static void main(String[] arguments) throws IOException {
    Map<String, Map<String, String>> results = read(Path.of(arguments[0]));
    Path document = Path.of(arguments[1]);
    String text = Files.readString(document);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(document + " has no place for the table");
    }
    Files.writeString(
        document, text.substring(0, begin + BEGIN.length()) + table(results) + text.substring(end));
  }

  /// Results by test and daemon.
  private static Map<String, Map<String, String>> read(Path directory) throws IOException {
    Map<String, Map<String, String>> results = new HashMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.toList();
    }
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.split("\t", -1);
        results.computeIfAbsent(fields[0], _ -> new HashMap<>()).put(fields[1], fields[2]);
      }
    }
    return results;
  }

  private static String table(Map<String, Map<String, String>> results) {
    List<String> daemons = DaemonInteropTest.daemons().map(each -> each.getName()).toList();
    List<String> lines = new ArrayList<>();
    lines.add("| | " + String.join(" | ", daemons) + " |");
    lines.add("| --- |" + " --- |".repeat(daemons.size()));
    for (Row row : ROWS) {
      Map<String, String> result = results.getOrDefault(row.test, Map.of());
      List<String> cells = new ArrayList<>(List.of(row.text));
      for (String daemon : daemons) {
        cells.add(result.getOrDefault(daemon, "not tried"));
      }
      lines.add("| " + String.join(" | ", cells) + " |");
    }
    return String.join("\n", lines) + "\n";
  }
}
