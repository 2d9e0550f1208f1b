package io.margay.lookingglass;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.session.NegotiatedSession;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.IpFamily;
import java.util.Collection;

/// A neighbor as a line of JSON. What was negotiated is there while the session is established.
final class NeighborJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private NeighborJson() {}

  static ObjectNode of(PeerStatus peer, String kind) {
    PeerConfig config = peer.config();
    ObjectNode json = MAPPER.createObjectNode();
    json.put("address", config.remoteAddress().toString())
        .put("kind", kind)
        .put("as", config.remoteAs().value())
        .put("localAs", config.localAs().value())
        .put("state", peer.state().toString())
        .put("inStateSeconds", peer.inState().toSeconds())
        .put("received", peer.received())
        .put("imported", peer.imported())
        .put("stale", peer.stale())
        .put("told", peer.advertised())
        .put("client", peer.client())
        .put("dynamic", peer.dynamic())
        .put("password", config.protection().password() != null);
    if (!peer.lastError().isEmpty()) {
      json.put("lastError", peer.lastError());
    }
    if (config.protection().minTtl() > 0) {
      json.put("minTtl", config.protection().minTtl());
    }
    if (config.maxPrefixes() > 0) {
      json.put("maxPrefixes", config.maxPrefixes());
    }
    NegotiatedSession session = peer.session();
    if (session != null) {
      json.set("session", session(session));
    }
    return json;
  }

  private static ObjectNode session(NegotiatedSession session) {
    SessionCodec codec = session.codec();
    ObjectNode json = MAPPER.createObjectNode();
    json.put("localAddress", session.localAddress().toString())
        .put("peerId", session.peerId().toString())
        .put("holdTimeSeconds", session.holdTime().toSeconds());
    families(json, "families", session.families());
    session
        .peerRestart()
        .ifPresent(restart -> json.put("restartTimeSeconds", restart.restartTimeSeconds()));
    json.put("gracefulNotification", session.gracefulNotification())
        .put("routeRefresh", session.routeRefresh())
        .put("enhancedRefresh", session.enhancedRefresh())
        .put("fourOctetAs", codec.fourOctetAs())
        .put("extendedMessages", codec.extendedMessages());
    families(json, "addPathReceive", codec.pathIdsReceived());
    families(json, "addPathSend", codec.pathIdsSent());
    return json;
  }

  private static void families(ObjectNode json, String name, Collection<IpFamily> families) {
    var list = json.putArray(name);
    families.stream().sorted().forEach(family -> list.add("IPv" + family.version()));
  }
}
