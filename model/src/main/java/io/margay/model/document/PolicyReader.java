package io.margay.model.document;

import io.margay.model.Policy;
import io.margay.model.Policy.Direction;
import io.margay.model.Profile;
import org.jspecify.annotations.Nullable;

/// Policies and profiles.
final class PolicyReader {

  private PolicyReader() {}

  static Policy policy(Fields metadata, Fields spec) {
    String selector = spec.slot("selector").selector();
    return new Policy(
        new Policy.Metadata(metadata.slot("name").name()),
        new Policy.Spec(
            spec.slot("order").number(),
            selector == null ? "" : selector,
            RuleReader.rules(spec.slot("ingress")),
            RuleReader.rules(spec.slot("egress")),
            spec.slot("doNotTrack").flag(),
            spec.slot("types").list("string", PolicyReader::direction)));
  }

  private static @Nullable Direction direction(Slot slot) {
    String text = slot.text();
    for (Direction direction : Direction.values()) {
      if (direction.toString().equals(text)) {
        return direction;
      }
    }
    return text == null
        ? null
        : slot.invalid(
            slot.field(), null, "A policy's types are ingress, egress or both; none means both.");
  }

  static Profile profile(Fields metadata, Fields spec) {
    return new Profile(
        new Profile.Metadata(
            metadata.slot("name").name(),
            metadata.slot("labels").labels(),
            metadata.slot("tags").list("string", Slot::name)),
        new Profile.Spec(
            RuleReader.rules(spec.slot("ingress")), RuleReader.rules(spec.slot("egress"))));
  }
}
