/// Real sockets for [io.margay.loop.Transport]: Netty on epoll.
///
/// [io.margay.transport.NettyEventLoop] *is* the thread that waits for the sockets, so octets reach
/// their user, and users' answers the kernel, without a change of thread:
///
/// ```
///   ┌ NettyEventLoop ────────────────────────────────────────────┐
///   │ epoll ──octets──> NettyConnection ──> Transport.Handler    │ <──execute(task)── other threads
///   │ timers, tasks ──> owner of the state ──write──> epoll      │
///   └────────────────────────────────────────────────────────────┘
/// ```
///
/// [io.margay.loop.Protection] becomes socket options: TCP_MD5SIG (RFC 2385), and a least time to
/// live or hop count (RFC 5082).
@NullMarked
package io.margay.transport;

import org.jspecify.annotations.NullMarked;
