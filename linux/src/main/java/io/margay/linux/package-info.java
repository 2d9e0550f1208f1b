/// The interfaces of [io.margay.kernel] on a Linux kernel.
///
/// ```
///   Routes, Neighbours, Links, KernelMonitor ──netlink(7)──────────────> kernel
///   Sysctls ────────────────────────────────── /proc/sys ──────────────> kernel
///   Iptables, IpSets ──────────── iptables-restore, ipset ────────────> kernel
/// ```
///
/// [io.margay.linux.LinuxKernel#open] gives all of them; [io.margay.linux.Prerequisites] says what
/// a host lacks. Everything acts in a network namespace: the netlink classes in that of the thread
/// that opened them, the others in that of the thread that calls, as `/proc/sys/net` and child
/// processes follow the thread.
@NullMarked
package io.margay.linux;

import org.jspecify.annotations.NullMarked;
