package io.margay.calicoctl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What to do about a failure whose message is Calico v1.1's own. Scripts match those messages on
/// standard output, so the advice goes to standard error.
final class Advice {

  /// By a part of the message.
  private static final Map<String, String> BY_MESSAGE = new LinkedHashMap<>();

  static {
    on(
        "Resource type '",
        "Kinds are node, bgpPeer, hostEndpoint, workloadEndpoint, ipPool, policy and profile.");
    on(
        "unrecognized output format '",
        "Formats are ps, wide, custom-columns=<A>,<B>, yaml, json, go-template=<TEXT> and go-template-file=<FILE>.");
    on(
        "insufficient identifiers, missing '",
        "It belongs into the document's metadata; on the command line there are --scope, --node, --orchestrator, --workload and <NAME> for it.");
    on(
        "resource does not exist: ",
        "'calicoctl get' lists what exists, apply makes what does not, delete --skip-not-exists passes over it.");
    on(
        "resource already exists: ",
        "apply and replace change it, create --skip-exists passes over it.");
    on("No resources specified in file", "A file has one resource, or a list of at least one.");
    on(
        "unrecognised config name '",
        "Settings are nodeToNodeMesh, asNumber, ipip and logLevel; with --raw=felix or --raw=bgp any name goes.");
    on("unrecognised component '", "--raw is felix or bgp.");
    on(
        "the supplied AS number is not valid",
        "An AS number is 0 to 4294967295, or two parts such as 1.10.");
    on(
        "invalid AS Number specified: ",
        "An AS number is 0 to 4294967295, or two parts such as 1.10.");
    on(
        "error with field loglevel = '",
        "A level is none, debug, info, warning, error or critical.");
    on("invalid value '", "The value is on or off.");
    on("--node should not be specified", "This setting is one for all nodes; leave --node out.");
    on("invalid IP address specified: ", "An address is such as 192.0.2.1 or fd80::1.");
    on(
        "invalid IP autodetection method: ",
        "A method is first-found, can-reach=<DESTINATION> or interface=<REGEX>.");
    on(
        "invalid interface regex specified",
        "The regular expression is one of java.util.regex, such as interface=eth.*");
    on(
        "cannot resolve address specified",
        "Give an address, or a name that this host can resolve.");
    on("unknown backend '", "A backend is native or none.");
    on("invalid interface prefix '", "A prefix has letters and digits alone.");
    on(
        "no etcd authority or endpoints specified",
        "Set etcdEndpoints in the config file, or datastoreType: embedded.");
    on("Need super user privileges", "Run it as root.");
  }

  private Advice() {}

  private static void on(String message, String advice) {
    BY_MESSAGE.put(message, advice);
  }

  static Optional<String> on(String failure) {
    return BY_MESSAGE.entrySet().stream()
        .filter(entry -> failure.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
