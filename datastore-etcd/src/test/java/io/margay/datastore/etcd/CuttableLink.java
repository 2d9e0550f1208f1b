package io.margay.datastore.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A way to a TCP port that can be cut and mended.
final class CuttableLink implements AutoCloseable {

  private final InetSocketAddress far;
  private final ServerSocket near;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  CuttableLink(int farPort) {
    far = new InetSocketAddress("127.0.0.1", farPort);
    try {
      near = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return near.getLocalPort();
  }

  void cut() {
    cut = true;
    sockets.forEach(CuttableLink::close);
  }

  void mend() {
    cut = false;
  }

  private void accept() {
    while (!near.isClosed()) {
      try {
        var here = near.accept();
        if (cut) {
          here.close();
          continue;
        }
        var there = new Socket();
        there.connect(far);
        sockets.add(here);
        sockets.add(there);
        Thread.ofVirtual().start(() -> carry(here, there));
        Thread.ofVirtual().start(() -> carry(there, here));
      } catch (IOException e) {
        // closed, or nobody there: whoever connected sees the end of the connection
      }
    }
  }

  private void carry(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // the end of the connection, which both sides see
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      near.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(CuttableLink::close);
  }
}
