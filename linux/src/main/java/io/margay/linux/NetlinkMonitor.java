package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkSocket;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.linux.netlink.Rtnetlink.Rtnlgrp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows links, addresses, routes and neighbours by the multicast groups of rtnetlink(7).
///
/// ```
///   kernel ──groups──> NetlinkSocket ──messages──> [thread kernel-monitor] ──> Listener
/// ```
///
/// Each subscription has a socket and a platform thread of its own. The kernel never waits for a
/// reader: what does not fit into the receive buffer is dropped, and the next read says so
/// (`ENOBUFS`), which the listener hears as [Listener#onLost].
public final class NetlinkMonitor implements KernelMonitor {

  private static final Logger log = LoggerFactory.getLogger(NetlinkMonitor.class);

  /// A notice takes up to about 4 KiB of it with the kernel's own book-keeping. Felix uses 1 MiB; a
  /// BGP table of 10,000 routes that changes at once needs more.
  private static final int RECEIVE_BUFFER = 16 * 1024 * 1024;

  private static final int[] GROUPS = {
    Rtnlgrp.LINK,
    Rtnlgrp.IPV4_IFADDR,
    Rtnlgrp.IPV6_IFADDR,
    Rtnlgrp.IPV4_ROUTE,
    Rtnlgrp.IPV6_ROUTE,
    Rtnlgrp.NEIGH
  };

  private final Devices devices;
  private final int receiveBuffer;

  /// @param client asks for the names of the links; of the namespace that is to be followed, as is
  ///   the thread that subscribes
  public NetlinkMonitor(NetlinkClient client) {
    this(client, RECEIVE_BUFFER);
  }

  NetlinkMonitor(NetlinkClient client, int receiveBuffer) {
    this.devices = new Devices(client);
    this.receiveBuffer = receiveBuffer;
  }

  @Override
  public Subscription subscribe(Listener listener) {
    NetlinkSocket socket = NetlinkSocket.open();
    try {
      socket.receiveBuffer(receiveBuffer);
      for (int group : GROUPS) {
        socket.join(group);
      }
      // Names first, notices after: a notice about a link that is read here is only repeated.
      Reader reader = new Reader(socket, listener, devices);
      reader.start();
      return reader;
    } catch (KernelException e) {
      socket.close();
      throw e;
    }
  }

  /// The reading thread, and the handle that ends it.
  private static final class Reader implements Subscription {

    private final NetlinkSocket socket;
    private final Listener listener;
    private final Devices devices;
    private final Map<Integer, String> names;
    private final Thread thread;

    /// Held while the socket is woken or closed, so that no closed descriptor is written to.
    private final ReentrantLock ending = new ReentrantLock();

    private boolean ended;

    Reader(NetlinkSocket socket, Listener listener, Devices devices) {
      this.socket = socket;
      this.listener = listener;
      this.devices = devices;
      this.names = new HashMap<>(devices.names());
      this.thread = Thread.ofPlatform().name("kernel-monitor").daemon().unstarted(this::run);
    }

    void start() {
      thread.start();
    }

    private void run() {
      try {
        while (socket.awaitReadable()) {
          readOnce();
        }
      } catch (RuntimeException e) {
        log.error(
            "The kernel monitor ends: no notices can be read any more. Restart to get them", e);
        listener.onLost("notices can no longer be read: " + e.getMessage());
      } finally {
        end();
      }
    }

    private void readOnce() {
      List<NetlinkMessage> messages;
      try {
        messages = socket.receive();
      } catch (NetlinkException e) {
        if (e.errno() != Errno.ENOBUFS) {
          throw e;
        }
        dropWhatIsQueued();
        // The lost ones may have been about links.
        names.clear();
        names.putAll(devices.names());
        tell(() ->
            listener.onLost("the kernel dropped notices that were not read in time (ENOBUFS)"));
        return;
      }
      for (NetlinkMessage message : messages) {
        tell(() -> pass(message));
      }
    }

    /// After an overrun the kernel drops every notice until its queue was empty once, and says so
    /// no second time (`NETLINK_S_CONGESTED` in net/netlink/af_netlink.c). So a listener that reads
    /// everything anew must not begin before that; what is in the queue is old by then.
    private void dropWhatIsQueued() {
      while (socket.awaitReadable(0)) {
        try {
          socket.receive();
        } catch (NetlinkException e) {
          if (e.errno() != Errno.ENOBUFS) {
            throw e;
          }
        }
      }
    }

    /// A listener that throws loses that notice, and no other.
    private static void tell(Runnable notice) {
      try {
        notice.run();
      } catch (RuntimeException e) {
        log.error("A listener failed on a notice from the kernel; the next one follows", e);
      }
    }

    private void pass(NetlinkMessage message) {
      switch (message.type()) {
        case Rtm.NEWLINK, Rtm.DELLINK -> {
          if (LinkMessages.isLink(message)) {
            passLink(LinkMessages.readLink(message), message.type() == Rtm.NEWLINK);
          }
        }
        case Rtm.NEWADDR -> LinkMessages.readAddress(message).ifPresent(listener::onAddress);
        case Rtm.DELADDR -> LinkMessages.readAddress(message).ifPresent(listener::onAddressRemoved);
        case Rtm.NEWROUTE -> RouteMessages.read(message, this::name).ifPresent(listener::onRoute);
        case Rtm.DELROUTE ->
            RouteMessages.read(message, this::name).ifPresent(listener::onRouteRemoved);
        case Rtm.NEWNEIGH, Rtm.DELNEIGH -> NeighbourMessages.pass(message, this::name, listener);
        default -> {}
      }
    }

    private void passLink(Link link, boolean isThere) {
      if (isThere) {
        names.put(link.index(), link.name());
        listener.onLink(link);
      } else {
        names.remove(link.index());
        listener.onLinkRemoved(link);
      }
    }

    private String name(int index) {
      return Devices.name(names, index);
    }

    private void end() {
      ending.lock();
      try {
        ended = true;
        socket.close();
      } finally {
        ending.unlock();
      }
    }

    /// When this returns, the listener is called no more, unless it is the listener that closes.
    @Override
    public void close() {
      ending.lock();
      try {
        if (!ended) {
          socket.wake();
        }
      } finally {
        ending.unlock();
      }
      if (Thread.currentThread() == thread) {
        return;
      }
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
