package io.margay.monitoring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pages that can be read over HTTP, and nothing else: no page changes anything.
public final class HttpPages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);

  /// What a path shows. Called on any thread, by several at once.
  public interface Page {
    Answer answer() throws IOException;
  }

  /// @param status of HTTP (RFC 9110 §15)
  /// @param body sent as UTF-8
  public record Answer(int status, String contentType, String body) {

    /// Lines for people and programs.
    public static Answer text(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SortedMap<String, Page> pages;

  private HttpPages(HttpServer server, Map<String, Page> pages) {
    this.server = server;
    this.pages = new TreeMap<>(pages);
  }

  /// Serves from now on, until closed.
  ///
  /// @param address port 0 for any that is free, see [#address()]
  /// @param pages by path
  /// @throws IOException if the address cannot be had, with a message that names it
  public static HttpPages serve(InetSocketAddress address, Map<String, Page> pages)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
    HttpPages opened = new HttpPages(server, pages);
    server.createContext("/", opened::handle);
    server.setExecutor(opened.threads);
    server.start();
    return opened;
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      send(exchange, answer(exchange));
    } catch (IOException e) {
      LOG.debug("Whoever asked for {} did not wait: {}", exchange.getRequestURI(), e.toString());
    }
  }

  private Answer answer(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.text(405, method + " changes nothing here; expected GET or HEAD\n");
    }
    Page page = pages.get(exchange.getRequestURI().getPath());
    if (page == null) {
      return Answer.text(
          404,
          "nothing at %s; there is %s\n"
              .formatted(exchange.getRequestURI().getPath(), String.join(", ", pages.keySet())));
    }
    try {
      return page.answer();
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be shown.", exchange.getRequestURI(), e);
      return Answer.text(500, "cannot be shown: " + e + "\n");
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    if (exchange.getRequestMethod().equals("HEAD") || body.length == 0) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  /// Stops at once; who is being answered is cut off.
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
