package io.margay.libnetwork;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.AttachException;
import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A socket at which Docker asks a driver: HTTP with JSON in both directions.
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails is closed, and says so
final class PluginServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginServer.class);

  private static final String CONTENT_TYPE = "application/vnd.docker.plugins.v1.1+json";
  private static final int LONGEST_REQUEST = 1 << 20;

  static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final Path socket;
  private final Driver driver;
  private final Executor workers;
  private final boolean verbose;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  /// One answer as it goes out.
  private record Answer(HttpResponseStatus status, String body) {}

  private PluginServer(Path socket, Driver driver, Executor workers, boolean verbose) {
    this.socket = socket;
    this.driver = driver;
    this.workers = workers;
    this.verbose = verbose;
  }

  /// Listens at a path. What a process that died left there is replaced.
  ///
  /// @param workers runs the driver
  /// @param verbose whether every request and answer is logged
  /// @throws IOException if it cannot be made, or another process answers there
  static PluginServer open(Path socket, Driver driver, Executor workers, boolean verbose)
      throws IOException {
    Files.createDirectories(socket.toAbsolutePath().getParent());
    makeWay(socket);
    PluginServer server = new PluginServer(socket, driver, workers, verbose);
    try {
      server.listen();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static void makeWay(Path socket) throws IOException {
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        throw new IOException(
            "another process answers at " + socket + ". Stop it, or choose another --plugin-dir");
      } catch (ConnectException e) {
        Files.delete(socket);
      }
    }
  }

  private void listen() throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpServerKeepAliveHandler(),
                            new HttpObjectAggregator(LONGEST_REQUEST),
                            new Questions());
                  }
                })
            .bind(UnixDomainSocketAddress.of(socket))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen at " + socket + ": " + bound.cause().getMessage());
    }
  }

  /// Of one connection.
  private final class Questions extends SimpleChannelInboundHandler<FullHttpRequest> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      HttpMethod method = request.method();
      String path = request.uri();
      String body = request.content().toString(StandardCharsets.UTF_8);
      workers.execute(() -> {
        Answer answer = answer(method, path, body);
        if (verbose) {
          log.info("{} {} -> {} {}", path, body.strip(), answer.status().code(), answer.body());
        }
        context.writeAndFlush(response(answer));
      });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("Who asked at {} went away: {}", socket, cause.toString());
      context.close();
    }
  }

  private static FullHttpResponse response(Answer answer) {
    byte[] octets = answer.body().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answer.status(), Unpooled.wrappedBuffer(octets));
    response.headers().set("Content-Type", CONTENT_TYPE).set("Content-Length", octets.length);
    return response;
  }

  private Answer answer(HttpMethod method, String path, String body) {
    try {
      if (!method.equals(HttpMethod.POST) && !(method.equals(HttpMethod.GET) && isPlain(path))) {
        return refused(HttpResponseStatus.METHOD_NOT_ALLOWED, path + " takes POST, not " + method);
      }
      Optional<ObjectNode> answer = driver.answer(path, parse(body));
      return answer.isPresent()
          ? new Answer(HttpResponseStatus.OK, answer.get().toString())
          : refused(HttpResponseStatus.NOT_FOUND, "this driver does not know " + path);
    } catch (RefusedException | AttachException | DatastoreException | KernelException e) {
      log.warn("{} was refused: {}", path, e.getMessage());
      return refused(HttpResponseStatus.INTERNAL_SERVER_ERROR, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("{} failed. This is a bug. The request: {}", path, body, e);
      return refused(HttpResponseStatus.INTERNAL_SERVER_ERROR, path + " failed: " + e);
    }
  }

  /// What asks for nothing to be done, and is asked with GET by some.
  private static boolean isPlain(String path) {
    return path.equals("/Plugin.Activate")
        || path.endsWith(".GetCapabilities")
        || path.endsWith(".GetDefaultAddressSpaces");
  }

  private static Answer refused(HttpResponseStatus status, String reason) {
    return new Answer(status, MAPPER.createObjectNode().put("Err", reason).toString());
  }

  /// An empty body asks for nothing in particular.
  private static JsonNode parse(String body) {
    if (body.isBlank()) {
      return MAPPER.createObjectNode();
    }
    try {
      JsonNode request = MAPPER.readTree(body);
      if (request.isObject()) {
        return request;
      }
      throw new RefusedException("the request is no JSON object: " + body.strip());
    } catch (JsonProcessingException e) {
      throw new RefusedException("the request is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      log.warn("The socket {} stays behind: {}. Delete it.", socket, e.getMessage());
    }
  }
}
