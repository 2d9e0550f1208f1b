package io.margay.datastore.etcd;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// The members of a cluster in the order in which to ask them: the one that answered last comes
/// first, and one that has failed comes last. It outlives the connections, since a connection that
/// failed is thrown away.
///
/// Any thread may use it.
public final class MemberRotation {

  private final List<URI> endpoints;
  private volatile int first;

  public MemberRotation(EtcdAccess access) {
    endpoints = access.endpoints();
  }

  /// All members, the first to be asked first.
  public List<URI> order() {
    int from = first;
    var order = new ArrayList<>(endpoints.subList(from, endpoints.size()));
    order.addAll(endpoints.subList(0, from));
    return List.copyOf(order);
  }

  public void onAnswer(URI endpoint) {
    first = Math.max(0, endpoints.indexOf(endpoint));
  }

  public void onFailure(URI endpoint) {
    first = (endpoints.indexOf(endpoint) + 1) % endpoints.size();
  }
}
