package io.margay.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/// What answers in a workload: accepts TCP connections on the ports given and closes them at once.
/// A program of its own, as it runs inside the workload's namespace.
public final class Responder {

  private Responder() {}

  /// @param ports to listen on, decimal
  public static void main(String[] ports) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (String port : ports) {
      ServerSocketChannel server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress(Integer.parseInt(port)), 128);
      threads.add(Thread.ofPlatform().start(() -> acceptForEver(server)));
    }
    System.out.println("ready");
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void acceptForEver(ServerSocketChannel server) {
    while (true) {
      try {
        server.accept().close();
      } catch (IOException e) {
        System.err.println("port given up: " + e.getMessage());
        return;
      }
    }
  }
}
