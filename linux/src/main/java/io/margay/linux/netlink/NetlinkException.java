package io.margay.linux.netlink;

import io.margay.kernel.KernelException;

/// The kernel answered a netlink request with an error, or the socket failed.
public final class NetlinkException extends KernelException {

  private static final long serialVersionUID = 1;

  private final int errno;

  private NetlinkException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /// The kernel refused a request.
  ///
  /// @param what what was tried, as in "add route 10.0.0.0/8"
  /// @param errno a positive error number
  /// @param extendedAck the kernel's own words (`NLMSGERR_ATTR_MSG`), empty if it gave none
  public static NetlinkException refused(String what, int errno, String extendedAck) {
    StringBuilder text = new StringBuilder("cannot ").append(what).append(": ");
    text.append(Errno.describe(errno));
    if (!extendedAck.isEmpty()) {
      text.append(", \"").append(extendedAck).append('"');
    }
    text.append(". Nothing was changed.");
    String remedy = Errno.remedy(errno);
    if (!remedy.isEmpty()) {
      text.append(' ').append(remedy);
    }
    return new NetlinkException(text.toString(), errno);
  }

  /// The socket itself failed; what became of a request under way is not known.
  static NetlinkException ofSocket(String what, int errno) {
    return new NetlinkException("cannot " + what + ": " + Errno.describe(errno), errno);
  }

  public int errno() {
    return errno;
  }
}
