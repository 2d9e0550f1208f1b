package io.margay.calc;

import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.model.Node;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The nodes as ends of VXLAN tunnels: puts together what the node and its settings say.
final class Vteps {

  private static final Logger log = LoggerFactory.getLogger(Vteps.class);

  private final String nodeName;
  private final EventSequencer sequencer;
  private final Map<String, Node.Bgp> nodes = new HashMap<>();
  private final Map<String, MacAddress> macs = new HashMap<>();

  Vteps(String nodeName, EventSequencer sequencer) {
    this.nodeName = nodeName;
    this.sequencer = sequencer;
  }

  /// @param bgp null if the node is gone, or has no address
  void onNode(String name, Node.@Nullable Bgp bgp) {
    if (bgp == null) {
      nodes.remove(name);
    } else {
      nodes.put(name, bgp);
    }
    tell(name);
  }

  /// @param text the hardware address in the datastore, null if there is none
  void onMac(String node, @Nullable String text) {
    MacAddress mac = text == null || text.isBlank() ? null : parse(node, text.strip());
    if (mac == null) {
      macs.remove(node);
    } else {
      macs.put(node, mac);
    }
    tell(node);
  }

  private static @Nullable MacAddress parse(String node, String text) {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      log.warn(
          "{} of node {} in the datastore is '{}' (expected such as {}). The node counts as having"
              + " that one; set it right, or remove it.",
          Vtep.MAC_SETTING,
          node,
          text,
          Vtep.defaultMac(node));
      return null;
    }
  }

  private void tell(String name) {
    Node.Bgp bgp = nodes.get(name);
    if (bgp == null) {
      sequencer.vtepGone(name);
      return;
    }
    var addresses =
        Stream.of(bgp.ipv4Address(), bgp.ipv6Address())
            .filter(Objects::nonNull)
            .<IpAddress>map(IpPrefix::address)
            .toList();
    MacAddress mac = macs.getOrDefault(name, Vtep.defaultMac(name));
    sequencer.vtep(new VtepActive(name, name.equals(nodeName), new Vtep(mac, addresses)));
  }
}
