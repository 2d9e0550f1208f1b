package io.margay.linux;

import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.Veths;
import io.margay.linux.netlink.NamespaceFile;
import io.margay.linux.netlink.NetlinkClient;
import org.jspecify.annotations.Nullable;

/// A network namespace by a netlink socket that was opened in it, which stays there whoever uses
/// it.
final class LinuxNamespace implements NetworkNamespace {

  private final NetlinkClient client;
  private final Sysctls sysctls;
  private final @Nullable NamespaceFile file;

  /// @param file null for the process's own
  LinuxNamespace(NetlinkClient client, Sysctls sysctls, @Nullable NamespaceFile file) {
    this.client = client;
    this.sysctls = sysctls;
    this.file = file;
  }

  /// The namespace's descriptor; not for the process's own.
  int fd() {
    if (file == null) {
      throw new IllegalStateException("the namespace of this process was not opened by a file");
    }
    return file.fd();
  }

  @Override
  public boolean isOwn() {
    return file == null;
  }

  @Override
  public Links links() {
    return new NetlinkLinks(client);
  }

  @Override
  public Veths veths() {
    return new NetlinkVeths(client);
  }

  @Override
  public Routes routes() {
    return new NetlinkRoutes(client);
  }

  @Override
  public Neighbours neighbours() {
    return new NetlinkNeighbours(client);
  }

  @Override
  public Sysctls sysctls() {
    return sysctls;
  }

  @Override
  public void close() {
    if (file != null) {
      client.close();
      file.close();
    }
  }
}
