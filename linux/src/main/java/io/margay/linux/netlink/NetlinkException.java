package io.margay.linux.netlink;

import io.margay.kernel.KernelException;

/// The kernel answered a netlink request with an error.
public final class NetlinkException extends KernelException {

  private static final long serialVersionUID = 1;

  private final int errno;

  /// @param what what was tried, as in "add route 10.0.0.0/8"
  /// @param errno a positive error number
  /// @param extendedAck the kernel's own words (`NLMSGERR_ATTR_MSG`), empty if it gave none
  public NetlinkException(String what, int errno, String extendedAck) {
    super(message(what, errno, extendedAck));
    this.errno = errno;
  }

  private static String message(String what, int errno, String extendedAck) {
    StringBuilder text = new StringBuilder("cannot ").append(what).append(": ");
    text.append(Errno.describe(errno));
    if (!extendedAck.isEmpty()) {
      text.append(", \"").append(extendedAck).append('"');
    }
    text.append(". Nothing was changed.");
    String remedy = Errno.remedy(errno);
    return remedy.isEmpty() ? text.toString() : text.append(' ').append(remedy).toString();
  }

  public int errno() {
    return errno;
  }
}
