package io.margay.unixsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketServerTest {

  private static final UnixSocketServer.Conversation ECHO =
      client -> {
        String line = UnixSocketServer.readLine(client, 16);
        client.write(ByteBuffer.wrap(("<" + line + ">").getBytes(StandardCharsets.UTF_8)));
      };

  @TempDir Path directory;

  @Test
  void eachClientHasAConversationOfItsOwn() throws Exception {
    Path path = directory.resolve("s");
    try (UnixSocketServer _ = UnixSocketServer.open(path, "test", ECHO);
        SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(say(path, "second\n")).isEqualTo("<second>");
      first.write(ByteBuffer.wrap("fi".getBytes(StandardCharsets.UTF_8)));
      first.write(ByteBuffer.wrap("rst\nmore".getBytes(StandardCharsets.UTF_8)));
      assertThat(all(first)).isEqualTo("<first>");
    }
  }

  @Test
  void aLineThatDoesNotEndIsNone() throws Exception {
    Path path = directory.resolve("s");
    try (UnixSocketServer _ = UnixSocketServer.open(path, "test", ECHO)) {
      assertThat(say(path, "0123456789abcdef")).isEqualTo("<>");
    }
  }

  @Test
  void onlyItsOwnerMayConnect() throws Exception {
    Path path = directory.resolve("s");
    try (UnixSocketServer _ = UnixSocketServer.open(path, "test", ECHO)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void whatADeadProcessLeftIsReplacedButNotASocketThatAnswers() throws Exception {
    Path path = directory.resolve("s");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    try (UnixSocketServer _ = UnixSocketServer.open(path, "test", ECHO)) {
      assertThatThrownBy(() -> UnixSocketServer.open(path, "other", ECHO))
          .isInstanceOf(IOException.class)
          .hasMessage("another process answers there");
      assertThat(say(path, "still\n")).isEqualTo("<still>");
    }
  }

  private static String say(Path path, String text) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return all(client);
    }
  }

  private static String all(SocketChannel client) throws IOException {
    return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
  }
}
