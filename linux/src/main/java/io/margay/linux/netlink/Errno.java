package io.margay.linux.netlink;

import java.util.Map;

/// Error numbers of Linux (errno(3)) that rtnetlink answers with. They are the same on x86-64 and
/// arm64.
public final class Errno {

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EINVAL = 22;
  public static final int EOPNOTSUPP = 95;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ENOBUFS = 105;
  public static final int EHOSTUNREACH = 113;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "EPERM (Operation not permitted)"),
          Map.entry(ENOENT, "ENOENT (No such file or directory)"),
          Map.entry(ESRCH, "ESRCH (No such process)"),
          Map.entry(EINTR, "EINTR (Interrupted system call)"),
          Map.entry(5, "EIO (Input/output error)"),
          Map.entry(6, "ENXIO (No such device or address)"),
          Map.entry(9, "EBADF (Bad file descriptor)"),
          Map.entry(11, "EAGAIN (Resource temporarily unavailable)"),
          Map.entry(12, "ENOMEM (Cannot allocate memory)"),
          Map.entry(13, "EACCES (Permission denied)"),
          Map.entry(16, "EBUSY (Device or resource busy)"),
          Map.entry(EEXIST, "EEXIST (File exists)"),
          Map.entry(ENODEV, "ENODEV (No such device)"),
          Map.entry(ENOTDIR, "ENOTDIR (Not a directory)"),
          Map.entry(EINVAL, "EINVAL (Invalid argument)"),
          Map.entry(24, "EMFILE (Too many open files)"),
          Map.entry(28, "ENOSPC (No space left on device)"),
          Map.entry(34, "ERANGE (Numerical result out of range)"),
          Map.entry(90, "EMSGSIZE (Message too long)"),
          Map.entry(93, "EPROTONOSUPPORT (Protocol not supported)"),
          Map.entry(EOPNOTSUPP, "EOPNOTSUPP (Operation not supported)"),
          Map.entry(97, "EAFNOSUPPORT (Address family not supported)"),
          Map.entry(98, "EADDRINUSE (Address in use)"),
          Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL (Cannot assign requested address)"),
          Map.entry(ENETDOWN, "ENETDOWN (Network is down)"),
          Map.entry(ENETUNREACH, "ENETUNREACH (Network is unreachable)"),
          Map.entry(ENOBUFS, "ENOBUFS (No buffer space available)"),
          Map.entry(110, "ETIMEDOUT (Connection timed out)"),
          Map.entry(EHOSTUNREACH, "EHOSTUNREACH (No route to host)"));

  private Errno() {}

  /// The name with the C library's words for it.
  public static String describe(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }

  /// What a reader can do about a refused change; empty if there is nothing to say beyond the error
  /// itself.
  static String remedy(int errno) {
    return switch (errno) {
      case EPERM -> "Run as root or with the capability CAP_NET_ADMIN.";
      case ENODEV -> "Check that the device exists in this network namespace (ip link).";
      case ENETDOWN -> "Set the device up first (ip link set DEVICE up).";
      case EINVAL, ENETUNREACH, EHOSTUNREACH ->
          "Check that every gateway lies in a network of its device (ip address), or mark it onlink.";
      default -> "";
    };
  }
}
