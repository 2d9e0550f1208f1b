package io.margay.unixsocket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Talks to whoever connects to a unix socket, each on a virtual thread of its own. Only the owner
/// of the process may connect.
public final class UnixSocketServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UnixSocketServer.class);

  /// What is said over one connection, which is closed at its end.
  @FunctionalInterface
  public interface Conversation {
    /// Called on a virtual thread.
    ///
    /// @throws IOException if the other side went away
    void with(SocketChannel client) throws IOException, InterruptedException;
  }

  private final Path path;
  private final String name;
  private final Conversation conversation;
  private final ServerSocketChannel server;

  private UnixSocketServer(
      Path path, String name, Conversation conversation, ServerSocketChannel server) {
    this.path = path;
    this.name = name;
    this.conversation = conversation;
    this.server = server;
  }

  /// Listens at `path`. What a process that died left there is replaced.
  ///
  /// @param name what the socket is for, in names of threads and in the log
  /// @throws IOException if it cannot be made, or another process answers there: the path may be
  ///   longer than a socket's can be (unix(7): 108 bytes)
  public static UnixSocketServer open(Path path, String name, Conversation conversation)
      throws IOException {
    makeWay(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    UnixSocketServer opened = new UnixSocketServer(path, name, conversation, channel);
    Thread.ofVirtual().name(name).start(opened::accept);
    return opened;
  }

  private static void makeWay(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        throw new IOException("another process answers there");
      } catch (ConnectException _) {
        Files.delete(path);
      }
    }
  }

  /// The first line of what the other side says, without its end; empty if it said no whole line
  /// within `longest` bytes.
  public static String readLine(SocketChannel client, int longest) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(longest);
    while (bytes.hasRemaining() && client.read(bytes) >= 0) {
      String text = StandardCharsets.UTF_8.decode(bytes.duplicate().flip()).toString();
      int end = text.indexOf('\n');
      if (end >= 0) {
        return text.substring(0, end);
      }
    }
    return "";
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name(name + "-client").start(() -> talk(client));
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        LOG.warn("A connection to {} could not be accepted: {}", path, e.getMessage());
      }
    }
  }

  private void talk(SocketChannel client) {
    try (client) {
      conversation.with(client);
    } catch (IOException e) {
      LOG.debug("Who asked at {} did not wait for the answer: {}", path, e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("The socket {} stays behind: {}. Delete it.", path, e.getMessage());
    }
  }
}
