package io.margay.kernel.fake;

import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.TokenBucket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Simulated token buckets and redirects on the links of a [FakeNetwork].
final class FakeShapers implements Shapers {

  private final FakeKernel kernel;
  private final FakeNetwork network;
  private final Map<String, TokenBucket> buckets = new HashMap<>();
  private final Set<String> ifbs = new HashSet<>();
  private final Map<String, String> redirects = new HashMap<>();

  FakeShapers(FakeKernel kernel, FakeNetwork network) {
    this.kernel = kernel;
    this.network = network;
  }

  /// A device was removed. What is sent to it from elsewhere is dropped from now on.
  void linkRemoved(String name) {
    buckets.remove(name);
    ifbs.remove(name);
    redirects.remove(name);
    redirects.replaceAll((_, buffer) -> buffer.equals(name) ? "" : buffer);
  }

  private void requireLink(String operation, String name) {
    if (network.named(name).isEmpty()) {
      throw new KernelException(operation + " " + name + ": ENODEV");
    }
  }

  @Override
  public State read() {
    synchronized (kernel) {
      kernel.enter("tc show", "");
      Map<String, TokenBucket.Kept> kept = new HashMap<>();
      buckets.forEach((device, bucket) -> kept.put(device, bucket.kept()));
      Set<String> buffers = new HashSet<>(ifbs);
      buffers.removeIf(name -> !network.named(name).map(Link::adminUp).orElse(false));
      return new State(kept, buffers, redirects);
    }
  }

  @Override
  public void limit(String device, TokenBucket bucket) {
    synchronized (kernel) {
      kernel.enter("tc qdisc replace", device + " " + bucket);
      requireLink("tc qdisc replace", device);
      buckets.put(device, bucket);
      kernel.wrote("tc qdisc replace", device + " " + bucket);
    }
  }

  @Override
  public void unlimit(String device) {
    synchronized (kernel) {
      kernel.enter("tc qdisc delete", device);
      if (buckets.remove(device) != null) {
        kernel.wrote("tc qdisc delete", device);
      }
    }
  }

  @Override
  public void makeBuffer(String name, String purpose) {
    synchronized (kernel) {
      kernel.enter("ip link add", name);
      if (network.named(name).isEmpty()) {
        ifbs.add(name);
        network.addLink(name);
      }
      network.setLinkUp(name, true);
      kernel.wrote("ip link add", name);
    }
  }

  @Override
  public void removeBuffer(String name) {
    synchronized (kernel) {
      kernel.enter("ip link delete", name);
      if (network.named(name).isPresent()) {
        network.removeLink(name);
        kernel.wrote("ip link delete", name);
      }
    }
  }

  @Override
  public void redirect(String device, String buffer) {
    synchronized (kernel) {
      kernel.enter("tc filter add", device + " " + buffer);
      requireLink("tc filter add", device);
      requireLink("tc filter add", buffer);
      redirects.put(device, buffer);
      kernel.wrote("tc filter add", device + " " + buffer);
    }
  }

  @Override
  public void stopRedirecting(String device) {
    synchronized (kernel) {
      kernel.enter("tc filter delete", device);
      if (redirects.remove(device) != null) {
        kernel.wrote("tc filter delete", device);
      }
    }
  }
}
