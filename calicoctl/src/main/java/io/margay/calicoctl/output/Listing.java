package io.margay.calicoctl.output;

import io.margay.model.Kind;
import io.margay.model.Resource;
import java.util.List;

/// The answer to one question: resources of one kind, in the order of their datastore keys.
public record Listing(Kind kind, List<Resource> items) {
  public Listing {
    items = List.copyOf(items);
  }
}
