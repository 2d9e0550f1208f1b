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
/// Not here yet: TCP MD5 (RFC 2385) and TTL security (RFC 5082).
@NullMarked
package io.margay.transport;

import org.jspecify.annotations.NullMarked;
