package io.margay.reflector;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.reflector.ReflectorConfig.ClientRange;
import io.margay.reflector.ReflectorConfig.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/// A reflector's configuration in a YAML file; docs/reflector.md has all fields.
final class ReflectorFile {

  private static final int BGP_PORT = 179;
  private static final String DEFAULT_LISTEN = "0.0.0.0";

  private ReflectorFile() {}

  /// Reads a file.
  ///
  /// @throws IllegalArgumentException if it cannot be read or something in it is wrong: a message
  ///   of several lines that says what, each with the line and the field
  static ReflectorConfig read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  static ReflectorConfig parse(String name, String text) {
    List<String> problems = new ArrayList<>();
    ReflectorConfig config = config(text, problems);
    if (config == null || !problems.isEmpty()) {
      throw new IllegalArgumentException(
          name + " is not a reflector's configuration:\n  " + String.join("\n  ", problems));
    }
    return config;
  }

  private static @Nullable ReflectorConfig config(String text, List<String> problems) {
    Node root;
    try {
      root = new Compose(LoadSettings.builder().build()).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      problems.add("line %d: %s".formatted(line, e.getProblem()));
      return null;
    }
    if (root == null) {
      problems.add("line 1: the file is empty; docs/reflector.md has an example");
      return null;
    }
    YamlSection file = YamlSection.of(root, "", problems);
    List<InetSocketAddress> listen = file.values("listen", Words::socketAddress);
    AsNumber as = file.required("as", Words::as);
    Ipv4Address routerId = file.required("routerId", Words::identifier);
    Ipv4Address clusterId = file.value("clusterId", Words::identifier);
    Duration holdTime = file.value("holdTime", Words.DEFAULT_HOLD_TIME, Words::holdTime);
    Path statusSocket = file.value("statusSocket", Path::of);
    InetSocketAddress metrics = file.value("metrics", Words::addressAndPort);
    Path datastore = file.value("datastore", Path::of);
    List<ClientRange> clients = new ArrayList<>();
    for (YamlSection section : file.sections("clients")) {
      addClients(section, clients);
    }
    List<Peer> peers = new ArrayList<>();
    for (YamlSection section : file.sections("peers")) {
      addPeer(section, as, peers);
    }
    if (clients.isEmpty() && peers.isEmpty() && datastore == null && problems.isEmpty()) {
      file.problem("clients", "no clients, no peers and no datastore: nobody would be accepted");
    }
    file.end();
    if (as == null || routerId == null || !problems.isEmpty()) {
      return null;
    }
    return new ReflectorConfig(
        listen.isEmpty() ? List.of(Words.socketAddress(DEFAULT_LISTEN)) : listen,
        as,
        routerId,
        clusterId == null ? routerId : clusterId,
        clients,
        peers,
        holdTime,
        statusSocket,
        metrics,
        datastore);
  }

  private static void addClients(YamlSection section, List<ClientRange> clients) {
    IpPrefix range = section.required("range", Words::range);
    String password = section.value("password", Words::password);
    int maxPrefixes = section.value("maxPrefixes", 0, Words::count);
    section.end();
    if (range != null) {
      if (clients.stream().anyMatch(other -> other.range().equals(range))) {
        section.problem("range", "there are two ranges " + range);
      }
      clients.add(new ClientRange(range, password, maxPrefixes));
    }
  }

  private static void addPeer(YamlSection section, @Nullable AsNumber ourAs, List<Peer> peers) {
    IpAddress address = section.required("address", IpAddress::parse);
    AsNumber as = section.value("as", Words::as);
    boolean client = section.value("client", false, Words::flag);
    int port = section.value("port", BGP_PORT, Words::port);
    boolean passive = section.value("passive", false, Words::flag);
    String password = section.value("password", Words::password);
    int ttlSecurity = section.value("ttlSecurity", 0, Words::hops);
    int maxPrefixes = section.value("maxPrefixes", 0, Words::count);
    boolean gracefulNotification = section.value("gracefulNotification", false, Words::flag);
    String policy = section.value("policy", Words::policy);
    section.end();
    if (address == null || ourAs == null) {
      return;
    }
    AsNumber peerAs = as == null ? ourAs : as;
    boolean external = !peerAs.equals(ourAs);
    if (external && client) {
      section.problem("client", "a peer of another AS cannot be a client (RFC 4456)");
    }
    if (external && policy == null) {
      section.problem(
          "policy",
          "a peer of another AS needs one (RFC 8212); 'accept-all' lets everything pass both ways");
    }
    Set<IpAddress> seen = new HashSet<>(peers.stream().map(Peer::address).toList());
    if (!seen.add(address)) {
      section.problem("address", "there are two peers " + address);
    }
    peers.add(
        new Peer(
            Objects.requireNonNull(address),
            peerAs,
            client,
            port,
            passive,
            password,
            ttlSecurity,
            maxPrefixes,
            gracefulNotification));
  }
}
