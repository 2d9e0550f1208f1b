package io.margay.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.document.DocumentReader;
import io.margay.model.document.DocumentWriter;
import io.margay.model.stored.StoredCodec;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written is what is read, for resources nobody thought of. A failure names its seed.
class RoundTripTest {

  private static final int ROUNDS = 1000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void documentsReadBackAsTheResourcesTheyWereWrittenFrom(long seed) {
    RandomResources source = new RandomResources(seed);
    for (int round = 0; round < ROUNDS / 4; round++) {
      List<Resource> resources = Stream.generate(source::next).limit(4).toList();
      String yaml = DocumentWriter.toYaml(resources);
      assertThat(DocumentReader.read("y", yaml)).as("seed %d: %s", seed, yaml).isEqualTo(resources);
      String json = DocumentWriter.toJson(resources);
      assertThat(DocumentReader.read("j", json)).as("seed %d: %s", seed, json).isEqualTo(resources);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void storedValuesReadBackAsTheResourcesTheyWereWrittenFrom(long seed) {
    RandomResources source = new RandomResources(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Resource resource = source.next();
      assertThat(storedAndRead(resource)).as("seed %d", seed).isEqualTo(resource);
    }
  }

  private static Resource storedAndRead(Resource resource) {
    return switch (resource) {
      case Node node -> StoredCodec.decodeNode(node.key(), StoredCodec.encodeNode(node));
      case BgpPeer peer -> StoredCodec.decodeBgpPeer(peer.key(), StoredCodec.encodeBgpPeer(peer));
      case HostEndpoint endpoint ->
          StoredCodec.decodeHostEndpoint(endpoint.key(), StoredCodec.encodeHostEndpoint(endpoint));
      case WorkloadEndpoint endpoint ->
          StoredCodec.decodeWorkloadEndpoint(
              endpoint.key(), StoredCodec.encodeWorkloadEndpoint(endpoint));
      case IpPool pool ->
          StoredCodec.decodeIpPool(pool.key().cidr(), StoredCodec.encodeIpPool(pool));
      case Policy policy ->
          StoredCodec.decodePolicy(policy.key(), StoredCodec.encodePolicy(policy));
      case Profile profile ->
          new Profile(
              new Profile.Metadata(
                  profile.metadata().name(),
                  StoredCodec.decodeProfileLabels(
                      StoredCodec.encodeProfileLabels(profile.metadata().labels())),
                  StoredCodec.decodeProfileTags(
                      StoredCodec.encodeProfileTags(profile.metadata().tags()))),
              StoredCodec.decodeProfileRules(StoredCodec.encodeProfileRules(profile.spec())));
    };
  }
}
