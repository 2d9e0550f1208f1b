package io.margay.lookingglass;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerStatus;
import java.util.function.Function;

/// A process that speaks BGP, as one who asks sees it.
public interface Speaker {

  /// Asks on the speaker's loop and waits for the answer.
  ///
  /// @throws IllegalStateException if there is no answer to be had, with the reason for the
  ///   operator
  <T> T ask(Function<View, T> question) throws InterruptedException;

  /// What is there while the question is asked.
  ///
  /// @param title who this is, in a few words
  /// @param kind why there is a session with a peer
  record View(BgpSpeaker speaker, String title, Function<PeerStatus, String> kind) {}
}
