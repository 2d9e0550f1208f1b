package io.margay.model.document;

import io.margay.model.Policy;
import io.margay.model.Profile;

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
            spec.slot("doNotTrack").flag()));
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
