package io.margay.kernel.contract;

import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A listener that writes down what it was told, and waits for what it should be told.
public final class Notices implements KernelMonitor.Listener {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final BlockingQueue<Notice> incoming = new LinkedBlockingQueue<>();
  private final List<Notice> seen = new ArrayList<>();

  /// What a listener is told.
  public sealed interface Notice {
    record LinkCame(Link link) implements Notice {}

    record LinkGone(Link link) implements Notice {}

    record AddressCame(LinkAddress address) implements Notice {}

    record AddressGone(LinkAddress address) implements Notice {}

    record RouteCame(Route route) implements Notice {}

    record RouteGone(Route route) implements Notice {}

    record NeighbourCame(Neighbour neighbour) implements Notice {}

    record NeighbourGone(String device, IpAddress address) implements Notice {}

    record ForwardingCame(FdbEntry entry) implements Notice {}

    record ForwardingGone(FdbEntry entry) implements Notice {}

    record Lost(String reason) implements Notice {}
  }

  public void await(Notice wanted) {
    await(wanted::equals, wanted);
  }

  /// Takes notices until one fits; those before it are passed over.
  public void await(Predicate<Notice> wanted) {
    await(wanted, null);
  }

  private void await(Predicate<Notice> wanted, @Nullable Notice described) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try {
      while (true) {
        Notice next = incoming.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (next == null) {
          throw new AssertionError("no notice " + described + "; told so far: " + seen);
        }
        seen.add(next);
        if (wanted.test(next)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// Everything told so far.
  public List<Notice> all() {
    incoming.drainTo(seen);
    return List.copyOf(seen);
  }

  @Override
  public void onLink(Link link) {
    incoming.add(new Notice.LinkCame(link));
  }

  @Override
  public void onLinkRemoved(Link link) {
    incoming.add(new Notice.LinkGone(link));
  }

  @Override
  public void onAddress(LinkAddress address) {
    incoming.add(new Notice.AddressCame(address));
  }

  @Override
  public void onAddressRemoved(LinkAddress address) {
    incoming.add(new Notice.AddressGone(address));
  }

  @Override
  public void onRoute(Route route) {
    incoming.add(new Notice.RouteCame(route));
  }

  @Override
  public void onRouteRemoved(Route route) {
    incoming.add(new Notice.RouteGone(route));
  }

  @Override
  public void onNeighbour(Neighbour neighbour) {
    incoming.add(new Notice.NeighbourCame(neighbour));
  }

  @Override
  public void onNeighbourRemoved(String device, IpAddress address) {
    incoming.add(new Notice.NeighbourGone(device, address));
  }

  @Override
  public void onForwarding(FdbEntry entry) {
    incoming.add(new Notice.ForwardingCame(entry));
  }

  @Override
  public void onForwardingRemoved(FdbEntry entry) {
    incoming.add(new Notice.ForwardingGone(entry));
  }

  @Override
  public void onLost(String reason) {
    incoming.add(new Notice.Lost(reason));
  }
}
