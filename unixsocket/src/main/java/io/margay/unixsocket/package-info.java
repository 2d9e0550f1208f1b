/// Conversations with a process of ours over a UNIX domain socket (unix(7)).
///
/// ```
///   a client ──connects──> UnixSocketServer ──SocketChannel, on a virtual thread──> Conversation
/// ```
///
/// Knows nothing of what is said. Who may connect is a matter of the socket's permissions: its
/// owner alone.
@NullMarked
package io.margay.unixsocket;

import org.jspecify.annotations.NullMarked;
