package io.margay.lookingglass;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Puts one question to a process on this host.
public final class Inquiry {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Inquiry() {}

  /// The process will not or cannot answer; the message says why.
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  /// @param sink gets the lines of the answer as they come, the first one being about the whole
  /// @throws IOException if nobody listens there, or the answer breaks off
  public static void ask(Path socket, Question question, Consumer<JsonNode> sink)
      throws IOException, RefusedException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes =
          ByteBuffer.wrap((question.encode() + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      BufferedReader lines =
          new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode json = parse(line);
        if (json.has("error")) {
          throw new RefusedException(json.get("error").asText());
        }
        if (json.path("end").asBoolean()) {
          return;
        }
        sink.accept(json);
      }
      throw new IOException("the answer broke off");
    }
  }

  private static JsonNode parse(String line) throws IOException {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IOException("the answer is no JSON: '" + line + "'", e);
    }
  }
}
