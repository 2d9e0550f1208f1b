package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.Namespace;
import io.margay.model.Labels;
import io.margay.model.Names;
import io.margay.model.Profile;
import io.margay.model.Rule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A namespace of Kubernetes as the profile of its pods: it allows everything, which is what holds
/// for a pod that no policy selects, and hands the namespace's labels to the pods.
public final class NamespaceConversion {

  private static final List<Rule> ALLOW_ALL =
      List.of(
          new Rule(
              Rule.Action.ALLOW, null, null, null, null, null, Rule.Entity.ANY, Rule.Entity.ANY));

  private final Naming naming;

  public NamespaceConversion(Naming naming) {
    this.naming = naming;
  }

  public Profile convert(Namespace source) {
    Map<String, String> labels = new TreeMap<>();
    Map<String, String> given = source.getMetadata().getLabels();
    if (given != null) {
      given.forEach((key, value) -> {
        String label = naming.namespaceLabel(key);
        if (Names.isLabelKey(label) && Names.isLabelValue(value)) {
          labels.put(label, value);
        }
      });
    }
    return new Profile(
        new Profile.Metadata(
            naming.profile(source.getMetadata().getName()), Labels.copyOf(labels), List.of()),
        new Profile.Spec(ALLOW_ALL, ALLOW_ALL));
  }
}
