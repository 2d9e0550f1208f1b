package io.margay.calicoctl;

import io.margay.datastore.DatastoreException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What can go wrong with what somebody types or writes, by a name that stays; `docs/errors.md` has
/// all of them.
///
/// Most of the messages are Calico v1.1's own, and scripts match them on standard output. So what
/// to do about them, and the name, go to standard error.
enum KnownFailure {
  ARGUMENTS_INVALID(
      "",
      "Unknown log level: ",
      "exclude each other",
      "invalid to disable Docker Networking and enable Container labels"),
  KIND_UNKNOWN(
      "Kinds are node, bgpPeer, hostEndpoint, workloadEndpoint, ipPool, policy and profile.",
      "Resource type '"),
  SCOPE_UNKNOWN("", "Unrecognized scope '"),
  NAME_INVALID("", "invalid CIDR '", "invalid peer address '"),
  OUTPUT_FORMAT_UNKNOWN(
      "Formats are ps, wide, custom-columns=<A>,<B>, yaml, json, go-template=<TEXT> and go-template-file=<FILE>.",
      "unrecognized output format '",
      "need to specify "),
  HEADING_UNKNOWN("", "Unknown heading "),
  FILE_UNREADABLE("", "cannot read '", "directory '"),
  FILE_EMPTY(
      "A file has one resource, or a list of at least one.", "No resources specified in file"),
  IDENTIFIER_MISSING(
      "It belongs into the document's metadata; on the command line there are --scope, --node, --orchestrator, --workload and <NAME> for it.",
      "insufficient identifiers, missing '"),
  RESOURCE_MISSING(
      "'calicoctl get' lists what exists, apply makes what does not, delete --skip-not-exists passes over it.",
      "resource does not exist: "),
  RESOURCE_EXISTS(
      "apply and replace change it, create --skip-exists passes over it.",
      "resource already exists: "),
  SETTING_UNKNOWN(
      "Settings are nodeToNodeMesh, asNumber, ipip and logLevel; with --raw=felix or --raw=bgp any name goes.",
      "unrecognised config name '"),
  TEMPLATE_INVALID("", "template: line "),
  COMPONENT_UNKNOWN("--raw is felix or bgp.", "unrecognised component '"),
  AS_NUMBER_INVALID(
      "An AS number is 0 to 4294967295, or two parts such as 1.10.",
      "the supplied AS number is not valid",
      "invalid AS Number specified: "),
  LOG_LEVEL_INVALID(
      "A level is none, debug, info, warning, error or critical.", "error with field loglevel = '"),
  SETTING_VALUE_INVALID("The value is on or off.", "invalid value '"),
  SETTING_NOT_OF_A_NODE(
      "This setting is one for all nodes; leave --node out.", "--node should not be specified"),
  ADDRESS_INVALID(
      "An address is such as 192.0.2.1 or fd80::1.",
      "invalid IP address specified: ",
      " is wrong IP version"),
  ADDRESS_NOT_ASSIGNED(
      "'calicoctl ipam show' says what is known of it, 'calicoctl ipam check' finds what is wrong.",
      " is not assigned"),
  DETECTION_METHOD_INVALID(
      "A method is first-found, can-reach=<DESTINATION> or interface=<REGEX>.",
      "invalid IP autodetection method: "),
  DETECTION_REGEX_INVALID(
      "The regular expression is one of java.util.regex, such as interface=eth.*",
      "invalid interface regex specified"),
  DETECTION_DESTINATION_UNKNOWN(
      "Give an address, or a name that this host can resolve.",
      "cannot resolve address specified",
      "does not resolve to an IPv"),
  ADDRESS_NOT_DETECTED("", "Couldn't autodetect a management IPv"),
  BACKEND_UNKNOWN("A backend is native or none.", "unknown backend '", "backend '"),
  NODE_NAME_UNKNOWN("", "unable to determine node name"),
  ADDRESS_TAKEN("", " is the address of node "),
  DEFAULT_POOL_INVALID("", "CALICO_IPV4POOL_", "CALICO_IPV6POOL_"),
  INTERFACE_PREFIX_INVALID("A prefix has letters and digits alone.", "invalid interface prefix '"),
  AGENT_OF_SYSTEMD("", " was started by systemd"),
  AGENT_ENDED("", "calico/node has terminated"),
  AGENT_NOT_RUNNING("'calicoctl node run' starts it.", "Calico process is not running"),
  DATASTORE_CONFIG(
      "Set etcdEndpoints in the config file, or datastoreType: embedded.",
      "no etcd authority or endpoints specified"),
  MIGRATION_REFUSED(
      "",
      "Both files name the same datastore",
      "The target is in use: ",
      "The target cannot hold ",
      "The stores are not equal yet"),
  NOT_ROOT("Run it as root.", "Need super user privileges"),
  SYSTEM_UNFIT("", "System doesn't meet one or more minimum"),
  DOCUMENT_INVALID(""),
  CALICOCTL_DEFECT("", " met a defect of calicoctl itself ");

  private final String advice;
  private final Pattern texts;

  /// @param advice empty if the message says it all
  /// @param texts by a part of its message it is recognised
  KnownFailure(String advice, String... texts) {
    this.advice = advice;
    this.texts =
        Pattern.compile(
            texts.length == 0
                ? "(?!)" // no message at all
                : Arrays.stream(texts).map(Pattern::quote).collect(Collectors.joining("|")));
  }

  /// As it is shown: `kind-unknown`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// What standard error says of a failure: its name, and what to do unless the message says so.
  ///
  /// @param cause what was thrown, if anything
  /// @return null if the failure has no name
  static @Nullable String advice(String message, @Nullable Throwable cause) {
    for (KnownFailure known : values()) {
      if (known.texts.matcher(message).find()) {
        return known.line();
      }
    }
    return switch (cause) {
      case Documents.UnusableFileException _ -> DOCUMENT_INVALID.line();
      case DatastoreException e -> line(e.error().toString(), "");
      case Connection.CannotConnectException e -> advice(message, e.getCause());
      case null, default -> null;
    };
  }

  String line() {
    return line(toString(), advice);
  }

  private static String line(String name, String advice) {
    return "[" + name + "] " + (advice.isEmpty() ? "See docs/errors.md." : advice);
  }
}
