package io.margay.agent;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerStatus;
import io.margay.lookingglass.Speaker;
import io.margay.net.IpAddress;
import io.margay.routing.NodeRouting;
import io.margay.transport.NettyEventLoop;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/// This node's BGP for those who look into it.
final class AgentSpeaker implements Speaker {

  private static final long LIMIT_SECONDS = 30;

  private final String node;
  private final NettyEventLoop loop;
  private final NodeRouting routing;

  AgentSpeaker(String node, NettyEventLoop loop, NodeRouting routing) {
    this.node = node;
    this.loop = loop;
    this.routing = routing;
  }

  @Override
  public <T> T ask(Function<View, T> question) throws InterruptedException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        answer.complete(question.apply(view()));
      } catch (IllegalStateException | IllegalArgumentException e) {
        answer.completeExceptionally(e);
      }
    });
    try {
      return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the BGP loop has not answered for %d s".formatted(LIMIT_SECONDS), e);
    }
  }

  private View view() {
    BgpSpeaker speaker = routing.speaker();
    if (speaker == null) {
      throw new IllegalStateException(
          "BGP does not run on node '%s': it has no IPv4 address in the datastore, or cannot listen on it; the agent's log says more"
              .formatted(node));
    }
    Map<IpAddress, String> kinds =
        routing.peers().stream()
            .collect(
                Collectors.toMap(
                    each -> each.peering().address(), each -> each.peering().origin().toString()));
    return new View(speaker, "Node " + node, peer -> kinds.getOrDefault(address(peer), "unknown"));
  }

  private static IpAddress address(PeerStatus peer) {
    return peer.config().remoteAddress();
  }
}
