package io.margay.lookingglass;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.Tables;
import io.margay.bgp.rib.RibEntry;
import io.margay.bgp.rib.RouteSource;
import io.margay.lookingglass.Question.Prefixes;
import io.margay.lookingglass.Question.Table;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Writes the answer to one question, line by line.
final class Answer {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// Prefixes that are looked up in one turn of the speaker's loop.
  private static final int BATCH = 1000;

  private final Speaker speaker;
  private final WritableByteChannel out;

  Answer(Speaker speaker, WritableByteChannel out) {
    this.speaker = speaker;
    this.out = out;
  }

  void to(Question question) throws IOException, InterruptedException {
    switch (question.table()) {
      case NEIGHBORS -> neighbors(question);
      case RIB, ADJ_IN, ADJ_OUT -> routes(question);
    }
    write(List.of(MAPPER.createObjectNode().put("end", true)));
  }

  void error(String text) throws IOException {
    write(List.of(MAPPER.createObjectNode().put("error", text)));
  }

  private void neighbors(Question question) throws IOException, InterruptedException {
    IpAddress only = question.peer();
    write(
        speaker.ask(view -> {
          List<ObjectNode> lines = new ArrayList<>();
          lines.add(
              MAPPER
                  .createObjectNode()
                  .put("title", view.title())
                  .put("prefixes", view.speaker().prefixes()));
          for (PeerStatus peer : view.speaker().peers()) {
            if (only == null || peer.config().remoteAddress().equals(only)) {
              lines.add(NeighborJson.of(peer, view.kind().apply(peer)));
            }
          }
          if (only != null && lines.size() == 1) {
            throw new IllegalArgumentException("there is no peer " + only);
          }
          return lines;
        }));
  }

  private void routes(Question question) throws IOException, InterruptedException {
    ObjectNode title = speaker.ask(view -> title(view, question));
    write(List.of(title));
    switch (question.which()) {
      case Prefixes.Exactly(IpPrefix prefix) -> write(lookUp(question, List.of(prefix)));
      case Prefixes.Towards(IpAddress address) -> write(longestMatch(question, address));
      case Prefixes.All _, Prefixes.Inside _ -> {
        List<IpPrefix> prefixes = prefixes(question.which());
        for (int from = 0; from < prefixes.size(); from += BATCH) {
          int to = Math.min(from + BATCH, prefixes.size());
          write(lookUp(question, prefixes.subList(from, to)));
        }
      }
    }
  }

  /// Also finds out whether the peer of the question is there.
  private static ObjectNode title(Speaker.View view, Question question) {
    IpAddress peer = question.peer();
    if (peer != null
        && view.speaker().peers().stream()
            .noneMatch(each -> each.config().remoteAddress().equals(peer))) {
      throw new IllegalArgumentException("there is no peer " + peer);
    }
    return MAPPER.createObjectNode().put("title", view.title());
  }

  private List<IpPrefix> prefixes(Prefixes which) throws InterruptedException {
    List<IpPrefix> prefixes = new ArrayList<>();
    int next = 0;
    while (next != Tables.Slice.END) {
      int from = next;
      Tables.Slice slice = speaker.ask(view -> view.speaker().tables().prefixes(from));
      for (IpPrefix prefix : slice.prefixes()) {
        if (isWanted(prefix, which)) {
          prefixes.add(prefix);
        }
      }
      next = slice.next();
    }
    prefixes.sort(null);
    return prefixes;
  }

  private static boolean isWanted(IpPrefix prefix, Prefixes which) {
    return switch (which) {
      case Prefixes.All(var family) -> family == null || prefix.family() == family;
      case Prefixes.Inside(IpPrefix outer) -> outer.contains(prefix);
      case Prefixes.Exactly(IpPrefix one) -> one.equals(prefix);
      case Prefixes.Towards(IpAddress address) -> prefix.contains(address);
    };
  }

  private List<ObjectNode> longestMatch(Question question, IpAddress address)
      throws InterruptedException {
    for (int length = address.family().bits(); length >= 0; length--) {
      IpPrefix prefix = new IpPrefix(address, length).masked();
      List<ObjectNode> found = lookUp(question, List.of(prefix));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private List<ObjectNode> lookUp(Question question, List<IpPrefix> prefixes)
      throws InterruptedException {
    return speaker.ask(view -> {
      Tables tables = view.speaker().tables();
      List<ObjectNode> lines = new ArrayList<>();
      for (IpPrefix prefix : prefixes) {
        for (RibEntry entry : entries(tables, question, prefix)) {
          lines.add(line(tables, question.table(), entry));
        }
      }
      return lines;
    });
  }

  private static List<RibEntry> entries(Tables tables, Question question, IpPrefix prefix) {
    return switch (question.table()) {
      case ADJ_OUT -> tables.adjOut(prefix, Objects.requireNonNull(question.peer()));
      case ADJ_IN ->
          tables.rib(prefix, question.peer()).stream()
              .filter(entry -> entry.source() instanceof RouteSource.Peer)
              .toList();
      case RIB, NEIGHBORS -> tables.rib(prefix, question.peer());
    };
  }

  private static ObjectNode line(Tables tables, Table table, RibEntry entry) {
    return RouteJson.of(entry, table, tables.objection(entry));
  }

  private void write(List<ObjectNode> lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (ObjectNode line : lines) {
      text.append(line).append('\n');
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
