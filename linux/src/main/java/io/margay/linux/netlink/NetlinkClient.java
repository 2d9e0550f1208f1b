package io.margay.linux.netlink;

import io.margay.kernel.KernelException;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Nlmsg;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the kernel and waits for its answer, one request after the other. Any platform thread may
/// call; calls of several threads wait for each other.
///
/// One request per message costs about three microseconds. Sending many at once was measured to be
/// only a third faster, and would blur which of them an error belongs to.
public final class NetlinkClient implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(NetlinkClient.class);

  /// A kernel answers at once, or after another holder of its global lock (RTNL) let go.
  private static final int ANSWER_MILLIS = 30_000;

  private static final int DUMP_TRIES = 10;

  private final NetlinkSocket socket;
  private final ReentrantLock lock = new ReentrantLock();
  private int sequence;
  private boolean closed;

  private NetlinkClient(NetlinkSocket socket) {
    this.socket = socket;
  }

  /// Opens a socket for links, routes and neighbours (rtnetlink(7)) in the current thread's network
  /// namespace.
  public static NetlinkClient open() {
    return new NetlinkClient(NetlinkSocket.open());
  }

  /// Opens a socket for connection tracking in the current thread's network namespace.
  public static NetlinkClient openNetfilter() {
    return new NetlinkClient(NetlinkSocket.openNetfilter());
  }

  /// Sends a request and waits until the kernel has carried it out.
  ///
  /// @param what what it tries, for the error: "add route 10.0.0.0/8"
  /// @return the messages that came before the acknowledgement
  /// @throws NetlinkException if the kernel refuses
  public List<NetlinkMessage> request(String what, NetlinkRequest request) {
    lock.lock();
    try {
      return exchange(what, request, NlmF.ACK).messages();
    } finally {
      lock.unlock();
    }
  }

  /// Asks for everything of a kind. If the kernel's state changed while it was being listed
  /// (`NLM_F_DUMP_INTR`), the list may lack or repeat entries, so it is read again.
  ///
  /// @throws KernelException if the kernel refuses, or never stood still
  public List<NetlinkMessage> dump(String what, NetlinkRequest request) {
    lock.lock();
    try {
      for (int attempt = 1; attempt <= DUMP_TRIES; attempt++) {
        Answer answer = exchange(what, request, NlmF.DUMP);
        if (!answer.interrupted()) {
          return answer.messages();
        }
        log.debug("Could not {} in one piece, attempt {}: it changed meanwhile", what, attempt);
      }
    } finally {
      lock.unlock();
    }
    throw new KernelException(
        "cannot %s: it changed during each of %d attempts to read it. Try again later."
            .formatted(what, DUMP_TRIES));
  }

  private record Answer(List<NetlinkMessage> messages, boolean interrupted) {}

  private Answer exchange(String what, NetlinkRequest request, int extraFlags) {
    if (closed) {
      throw new KernelException("cannot " + what + ": the netlink socket was closed");
    }
    int expected = ++sequence;
    socket.send(request.toBytes(expected, extraFlags));
    List<NetlinkMessage> messages = new ArrayList<>();
    boolean interrupted = false;
    while (true) {
      if (!socket.awaitReadable(ANSWER_MILLIS)) {
        throw new KernelException(
            "cannot %s: the kernel did not answer within %d s. It may still carry it out."
                .formatted(what, ANSWER_MILLIS / 1000));
      }
      for (NetlinkMessage message : socket.receive()) {
        if (message.sequence() != expected) {
          continue; // the late answer to a request that was given up
        }
        interrupted |= (message.flags() & NlmF.DUMP_INTR) != 0;
        switch (message.type()) {
          case Nlmsg.ERROR, Nlmsg.DONE -> {
            if (message.error() < 0) {
              throw NetlinkException.refused(what, -message.error(), message.extendedAck());
            }
            return new Answer(messages, interrupted);
          }
          case Nlmsg.NOOP -> {}
          default -> messages.add(message);
        }
      }
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        socket.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
