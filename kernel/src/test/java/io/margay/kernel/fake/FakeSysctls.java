package io.margay.kernel.fake;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Simulated kernel parameters: a few of the host, and those of each link while it exists.
public final class FakeSysctls implements Sysctls {

  private static final List<String> OF_EACH_LINK =
      List.of(
          "net/ipv4/conf/%s/rp_filter",
          "net/ipv4/conf/%s/route_localnet",
          "net/ipv4/conf/%s/proxy_arp",
          "net/ipv4/conf/%s/forwarding",
          "net/ipv4/neigh/%s/proxy_delay",
          "net/ipv6/conf/%s/proxy_ndp",
          "net/ipv6/conf/%s/forwarding");

  private final FakeKernel kernel;
  private final Map<String, String> values = new HashMap<>();

  FakeSysctls(FakeKernel kernel) {
    this.kernel = kernel;
    linkAdded("all");
    linkAdded("default");
    values.put("net/ipv4/ip_forward", "0");
  }

  void linkAdded(String name) {
    OF_EACH_LINK.forEach(path -> values.put(path.formatted(name), "0"));
    values.put("net/ipv4/neigh/" + name + "/proxy_delay", "80");
  }

  void linkRemoved(String name) {
    OF_EACH_LINK.forEach(path -> values.remove(path.formatted(name)));
  }

  @Override
  public Optional<String> read(String path) {
    synchronized (kernel) {
      kernel.enter("sysctl read", path);
      return Optional.ofNullable(values.get(path));
    }
  }

  @Override
  public void write(String path, String value) {
    synchronized (kernel) {
      kernel.enter("sysctl write", path + "=" + value);
      if (!values.containsKey(path)) {
        throw new KernelException("sysctl " + path + " cannot be set to " + value + ": ENOENT");
      }
      values.put(path, value);
      kernel.wrote("sysctl write", path + "=" + value);
    }
  }

  /// Makes a parameter exist with a value.
  public void set(String path, String value) {
    synchronized (kernel) {
      values.put(path, value);
    }
  }
}
