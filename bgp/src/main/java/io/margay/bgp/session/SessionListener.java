package io.margay.bgp.session;

import io.margay.bgp.message.BgpMessage.Update;
import io.margay.net.IpFamily;

/// Who uses a session. Called on the event loop; [#onEstablished] and [#onDown] come in turns.
public interface SessionListener {

  /// Routes may be exchanged from now on.
  void onEstablished(NegotiatedSession session);

  void onUpdate(Update update);

  /// The peer has sent all it had (RFC 4724 §2).
  void onEndOfRib(IpFamily family);

  /// The peer wants all routes of a negotiated family once more (RFC 2918).
  void onRouteRefresh(IpFamily family);

  /// What the peer has told of a family is about to come once more, all of it (RFC 7313 §4).
  void onRefreshBegin(IpFamily family);

  /// All of it has come; what has not is gone.
  void onRefreshEnd(IpFamily family);

  /// The peer has read much that waited for it, and can be told more.
  void onDrained();

  /// The session is over; the next one begins with [#onEstablished].
  void onDown(SessionEnd end);
}
