package io.margay.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The chains that a packet enters on its way through a host: as a table says, and as the kernel
/// tells by TRACE (iptables-extensions(8)).
///
/// @param steps one for each kernel chain: table, kernel chain, and the chains entered from there;
///   the last may say `dropped` and the chain
record PacketWalk(List<String> steps) {

  /// `PACKET: 2 6f643fdf IN=lo ... DPORT=20003`
  private static final Pattern PACKET = Pattern.compile("PACKET: 2 (\\S+) .*DPORT=(\\d+).*");

  /// `TRACE: 2 6f643fdf raw:OUTPUT:rule:0x9:JUMP:cali-OUTPUT -4 -t raw -A OUTPUT ...`, or `TRACE: 2
  /// 6f643fdf raw:OUTPUT:policy:ACCEPT`
  private static final Pattern TRACE =
      Pattern.compile(
          "TRACE: 2 (\\S+) (\\w+):([^:]+):(?:rule:0x\\w+|return|policy):?(\\w*):?(\\S*).*");

  PacketWalk {
    steps = List.copyOf(steps);
  }

  /// The walks of a resource of that name, by their titles. What its lines mean is said there.
  static Map<String, PacketWalk> read(String resource) {
    try (InputStream in = PacketWalk.class.getResourceAsStream(resource)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, List<String>> steps = new LinkedHashMap<>();
      String title = "";
      for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
        if (line.startsWith(" ")) {
          steps.get(title).add(line.strip());
        } else {
          title = line;
          steps.put(title, new ArrayList<>());
        }
      }
      Map<String, PacketWalk> walks = new LinkedHashMap<>();
      steps.forEach((name, lines) -> walks.put(name, new PacketWalk(lines)));
      return walks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The walks in what `xtables-monitor --trace` prints, by the packets' destination ports. A
  /// packet that leaves and comes in again on `lo` has one walk.
  static Map<Integer, PacketWalk> traced(String log) {
    Map<String, Integer> ports = new TreeMap<>();
    Map<Integer, List<String>> steps = new TreeMap<>();
    for (String line : log.lines().map(String::strip).toList()) {
      Matcher packet = PACKET.matcher(line);
      if (packet.matches()) {
        ports.put(packet.group(1), Integer.valueOf(packet.group(2)));
      }
      Matcher trace = TRACE.matcher(line);
      if (trace.matches() && ports.containsKey(trace.group(1))) {
        addTo(steps.computeIfAbsent(ports.get(trace.group(1)), _ -> new ArrayList<>()), trace);
      }
    }
    Map<Integer, PacketWalk> walks = new TreeMap<>();
    steps.forEach((port, lines) -> walks.put(port, new PacketWalk(lines)));
    return walks;
  }

  private static void addTo(List<String> steps, Matcher trace) {
    String chain = trace.group(3);
    if (chain.equals(chain.toUpperCase(java.util.Locale.ROOT))) {
      String hook = trace.group(2) + " " + chain;
      if (steps.isEmpty() || !(steps.getLast() + " ").startsWith(hook + " ")) {
        steps.add(hook);
      }
    }
    switch (trace.group(4)) {
      case "JUMP", "GOTO" -> steps.add(steps.removeLast() + " " + trace.group(5));
      case "DROP" -> steps.add("dropped " + chain);
      default -> {}
    }
  }
}
