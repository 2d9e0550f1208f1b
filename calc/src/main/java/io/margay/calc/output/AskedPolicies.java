package io.margay.calc.output;

import java.util.List;
import java.util.stream.Stream;

/// Names of the policies that an endpoint's traffic is put to, in the order in which they are
/// asked. A direction without any goes to the endpoint's profiles at once.
///
/// @param ingress for traffic to the endpoint
/// @param egress for traffic from the endpoint
public record AskedPolicies(List<String> ingress, List<String> egress) {

  public static final AskedPolicies NONE = inBothDirections();

  public AskedPolicies {
    ingress = List.copyOf(ingress);
    egress = List.copyOf(egress);
  }

  public static AskedPolicies inBothDirections(String... names) {
    return inBothDirections(List.of(names));
  }

  public static AskedPolicies inBothDirections(List<String> names) {
    return new AskedPolicies(names, names);
  }

  public boolean isEmpty() {
    return ingress.isEmpty() && egress.isEmpty();
  }

  /// All of them: those asked of ingress, then those asked of egress alone.
  public List<String> names() {
    return Stream.concat(ingress.stream(), egress.stream()).distinct().toList();
  }

  public boolean contains(String name) {
    return ingress.contains(name) || egress.contains(name);
  }
}
