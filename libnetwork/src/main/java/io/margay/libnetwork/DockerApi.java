package io.margay.libnetwork;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Docker's Engine API over its unix socket.
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails is closed, and says so
final class DockerApi implements Docker, AutoCloseable {

  private static final int LONGEST_ANSWER = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Containers that only a cluster store knows have no id, but this and the endpoint's.
  private static final String ELSEWHERE = "ep-";

  private final Path socket;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  /// @param status of HTTP
  private record Reply(int status, String body) {}

  DockerApi(Path socket) {
    this.socket = socket;
  }

  @Override
  public String networkName(String networkId) {
    String name = get("/networks/" + networkId).path("Name").asText("");
    if (name.isEmpty()) {
      throw new RefusedException(
          "Docker at %s names no network %s. Try again; if it stays so, make the network anew."
              .formatted(socket, networkId));
    }
    return name;
  }

  @Override
  public Optional<Map<String, String>> labels(String networkId, String endpointId) {
    for (var container : get("/networks/" + networkId).path("Containers").properties()) {
      if (!container.getKey().startsWith(ELSEWHERE)
          && container.getValue().path("EndpointID").asText("").equals(endpointId)) {
        Map<String, String> labels = new TreeMap<>();
        get("/containers/" + container.getKey() + "/json")
            .path("Config")
            .path("Labels")
            .properties()
            .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
        return Optional.of(labels);
      }
    }
    return Optional.empty();
  }

  private JsonNode get(String path) {
    Reply reply = await(path, ask(path));
    if (reply.status() != 200) {
      throw new RefusedException(
          "Docker at %s answers %s with %d: %s"
              .formatted(socket, path, reply.status(), reply.body().strip()));
    }
    try {
      return PluginServer.MAPPER.readTree(reply.body());
    } catch (JsonProcessingException e) {
      throw new RefusedException(
          "Docker at %s answers %s with something that is not JSON: %s"
              .formatted(socket, path, e.getOriginalMessage()),
          e);
    }
  }

  private CompletableFuture<Reply> ask(String path) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(NioDomainSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(),
                            new HttpObjectAggregator(LONGEST_ANSWER),
                            new Answers(reply));
                  }
                })
            .connect(UnixDomainSocketAddress.of(socket));
    connected.addListener(_ -> {
      if (connected.isSuccess()) {
        DefaultFullHttpRequest request =
            new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers().set("Host", "docker").set("Connection", "close");
        connected.channel().writeAndFlush(request);
      } else {
        reply.completeExceptionally(connected.cause());
      }
    });
    return reply;
  }

  /// Of one connection.
  private static final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {

    private final CompletableFuture<Reply> reply;

    Answers(CompletableFuture<Reply> reply) {
      this.reply = reply;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      reply.complete(
          new Reply(response.status().code(), response.content().toString(StandardCharsets.UTF_8)));
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      reply.completeExceptionally(new IOException("it closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      reply.completeExceptionally(cause);
      context.close();
    }
  }

  private Reply await(String path, CompletableFuture<Reply> reply) {
    try {
      return reply.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw notAnswered(path, cause == null ? "no reason" : String.valueOf(cause.getMessage()), e);
    } catch (TimeoutException e) {
      throw notAnswered(path, "no answer in " + PATIENCE.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notAnswered(path, "interrupted", e);
    }
  }

  private RefusedException notAnswered(String path, String why, Exception cause) {
    return new RefusedException(
        "Docker does not answer %s at %s (%s). Check --docker-socket and that this process may use it."
            .formatted(path, socket, why),
        cause);
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
