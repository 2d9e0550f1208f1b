package io.margay.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The table of rules, and of packets that they allow and deny, as the resource of the same name
/// has it. What a line means is said there.
record TruthTable(List<Row> rows) {

  TruthTable {
    rows = List.copyOf(rows);
  }

  /// One endpoint with its policy.
  ///
  /// @param number from 1, unique
  /// @param rules of the direction the row is about, each as YAML; the other direction allows all
  /// @param profiles rules of each, as a YAML list
  record Row(
      int number,
      String name,
      boolean egress,
      List<String> ingressRules,
      List<String> egressRules,
      List<String> profiles,
      List<Shot> shots) {}

  /// A packet, and whether it gets through.
  ///
  /// @param icmpType -1 if the protocol is not the version's own ICMP
  record Shot(
      int version,
      int protocol,
      int icmpType,
      int icmpCode,
      String from,
      String to,
      int sourcePort,
      int destinationPort,
      boolean allowed,
      String text) {}

  static TruthTable read() {
    try (InputStream in = TruthTable.class.getResourceAsStream("truth-table.txt")) {
      if (in == null) {
        throw new IllegalStateException("the resource truth-table.txt is missing");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TruthTable parse(String text) {
    List<Row> rows = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : (text + "\nrow end").lines().map(String::strip).toList()) {
      if (line.startsWith("row ") && !lines.isEmpty()) {
        rows.add(row(rows.size() + 1, lines));
        lines.clear();
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        lines.add(line);
      }
    }
    return new TruthTable(rows);
  }

  private static Row row(int number, List<String> lines) {
    List<String> ingress = new ArrayList<>();
    List<String> egress = new ArrayList<>();
    List<String> profiles = new ArrayList<>();
    Map<String, Boolean> packets = new HashMap<>();
    boolean isEgress = false;
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" ", 2);
      String rest = words.length < 2 ? "" : words[1].replace("ROW", Integer.toString(number));
      switch (words[0]) {
        case "ingress" -> ingress.add(rest);
        case "egress" -> {
          isEgress = true;
          if (!rest.isEmpty()) {
            egress.add(rest);
          }
        }
        case "profile" -> profiles.add(rest);
        case "allows" -> List.of(rest.split(", *")).forEach(each -> packets.put(each, true));
        case "denies" -> List.of(rest.split(", *")).forEach(each -> packets.put(each, false));
        default -> throw new IllegalArgumentException("not a line of a row: " + line);
      }
    }
    List<Shot> shots = new ArrayList<>();
    for (var packet : packets.entrySet()) {
      for (char version : packet.getKey().split(" ")[0].toCharArray()) {
        shots.add(shot(version - '0', packet.getKey(), isEgress, packet.getValue()));
      }
    }
    String name = lines.getFirst().substring("row ".length());
    return new Row(number, name, isEgress, ingress, egress, profiles, shots);
  }

  private static Shot shot(int version, String text, boolean egress, boolean allowed) {
    String[] words = text.split(" ");
    int next = 2;
    int icmpType = -1;
    int icmpCode = 0;
    int protocol =
        switch (words[1]) {
          case "tcp" -> 6;
          case "udp" -> 17;
          case "icmp" -> version == 4 ? 1 : 58;
          default -> Integer.parseInt(words[1]);
        };
    if (words[1].equals("icmp")) {
      String[] typeAndCode = words[next++].split("/");
      icmpType = Integer.parseInt(typeAndCode[0]);
      icmpCode = typeAndCode.length == 1 ? 0 : Integer.parseInt(typeAndCode[1]);
    }
    Map<String, String> options = new HashMap<>();
    for (; next + 1 < words.length; next += 2) {
      options.put(words[next], words[next + 1]);
    }
    return new Shot(
        version,
        protocol,
        icmpType,
        icmpCode,
        options.getOrDefault("from", egress ? "first" : "other"),
        options.getOrDefault("to", egress ? "other" : "first"),
        Integer.parseInt(options.getOrDefault("sport", "40000")),
        Integer.parseInt(options.getOrDefault("dport", "80")),
        allowed,
        "IPv" + version + text.substring(text.indexOf(' ')));
  }
}
