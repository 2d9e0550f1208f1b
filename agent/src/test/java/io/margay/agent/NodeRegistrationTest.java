package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.model.Node;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRegistrationTest {

  private static final Key<Resource> SLAVE1 = new Key.ForResource(new NodeKey("slave1"));
  private static final IpPrefix ADDRESS = IpPrefix.parse("192.168.40.11/24");

  @TempDir private Path directory;
  private Datastore datastore;

  @BeforeEach
  void open() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  @Test
  void aNewNodeIsStoredAndTheClusterIsReady() {
    register(ADDRESS, null);
    assertThat(stored()).isEqualTo(new Node.Bgp(null, ADDRESS, null));
    assertThat(datastore.get(new Key.Ready()).map(Entry::value)).contains(true);
  }

  @Test
  void registeringAgainWritesNothing() {
    register(ADDRESS, null);
    long before = datastore.get(SLAVE1).orElseThrow().revision();
    register(ADDRESS, null);
    register(null, null);
    assertThat(datastore.get(SLAVE1).orElseThrow().revision()).isEqualTo(before);
  }

  @Test
  void whatIsNotSaidStaysAsItIsStored() {
    register(ADDRESS, new AsNumber(65001));
    register(IpPrefix.parse("192.168.40.21/24"), null);
    assertThat(stored())
        .isEqualTo(new Node.Bgp(new AsNumber(65001), IpPrefix.parse("192.168.40.21/24"), null));
  }

  @Test
  void aNodeWithoutAnAddressSpeaksNoBgp() {
    register(null, new AsNumber(65001));
    assertThat(stored()).isNull();
  }

  private void register(IpPrefix ipv4, AsNumber as) {
    Path unused = directory.resolve("unused");
    new NodeRegistration(datastore)
        .register(new NodeOptions("slave1", ipv4, null, as, true, unused, unused, unused, unused));
  }

  private Node.Bgp stored() {
    return ((Node) datastore.get(SLAVE1).orElseThrow().value()).spec().bgp();
  }
}
