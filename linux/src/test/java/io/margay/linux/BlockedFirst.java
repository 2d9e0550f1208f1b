package io.margay.linux;

import io.margay.kernel.KernelMonitor.Listener;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Route;
import java.util.concurrent.atomic.AtomicBoolean;

/// Passes notices on, after doing something else on the very first.
final class BlockedFirst implements Listener {

  /// What is done first, on the monitor's thread.
  interface Action {
    void run() throws InterruptedException;
  }

  private final Listener to;
  private final Action first;
  private final AtomicBoolean done = new AtomicBoolean();

  BlockedFirst(Listener to, Action first) {
    this.to = to;
    this.first = first;
  }

  private void beforeAny() {
    if (done.compareAndSet(false, true)) {
      try {
        first.run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void onLink(Link link) {
    beforeAny();
    to.onLink(link);
  }

  @Override
  public void onLinkRemoved(Link link) {
    beforeAny();
    to.onLinkRemoved(link);
  }

  @Override
  public void onAddress(LinkAddress address) {
    beforeAny();
    to.onAddress(address);
  }

  @Override
  public void onAddressRemoved(LinkAddress address) {
    beforeAny();
    to.onAddressRemoved(address);
  }

  @Override
  public void onRoute(Route route) {
    beforeAny();
    to.onRoute(route);
  }

  @Override
  public void onRouteRemoved(Route route) {
    beforeAny();
    to.onRouteRemoved(route);
  }

  @Override
  public void onLost(String reason) {
    beforeAny();
    to.onLost(reason);
  }
}
