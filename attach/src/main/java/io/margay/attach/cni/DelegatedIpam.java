package io.margay.attach.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.AddressSource;
import io.margay.attach.cni.CniError.Code;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Addresses of another IPAM plugin, such as host-local.
final class DelegatedIpam implements AddressSource {

  private static final String USE_POD_CIDR = "usePodCidr";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final NetworkConfig config;
  private final IpamProgram program;
  private final String args;
  private final Supplier<String> podCidr;

  /// @param args `CNI_ARGS` as the runtime gave them
  /// @param podCidr the network of the node's pods, asked for if the configuration wants that
  DelegatedIpam(NetworkConfig config, IpamProgram program, String args, Supplier<String> podCidr) {
    this.config = config;
    this.program = program;
    // Others refuse arguments that they do not know, unless they are told not to.
    this.args = args.isEmpty() ? "IgnoreUnknown=1" : "IgnoreUnknown=1;" + args;
    this.podCidr = podCidr;
  }

  @Override
  public List<IpAddress> take() {
    String said = run("ADD", podCidr);
    List<IpAddress> addresses = CniResult.addresses(said, "the answer of " + type());
    List<String> wrong = new ArrayList<>();
    NetworkConfig.requireOneOfEachFamily(addresses, "the addresses of " + type(), wrong);
    if (!wrong.isEmpty()) {
      giveBack(addresses);
      throw new CniError(Code.OWN, String.join("; ", wrong));
    }
    return addresses;
  }

  @Override
  public void keep(List<IpAddress> addresses) {
    // There is nothing in CNI to ask for that. What has an endpoint was not given back.
  }

  @Override
  public void giveBack(List<IpAddress> known) {
    run("DEL", () -> "0.0.0.0/0");
  }

  @Override
  public List<String> problems(List<IpAddress> addresses) {
    try {
      run("CHECK", podCidr);
      return List.of();
    } catch (CniError e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /// Has it collect what it holds for containers that are gone. Most do not know the command.
  void collect() {
    run("GC", () -> "0.0.0.0/0");
  }

  private String type() {
    return config.ipam().type();
  }

  private String run(String command, Supplier<String> subnet) {
    try {
      var output = program.run(type(), command, args, configFor(subnet));
      if (output.exitCode() == 0) {
        return output.stdout();
      }
      throw error(command, output);
    } catch (IOException e) {
      throw new CniError(
          Code.IO_FAILURE, "the plugin that runs %s is gone: %s".formatted(type(), e.getMessage()));
    }
  }

  private String configFor(Supplier<String> subnet) {
    ObjectNode copy = config.json().deepCopy();
    if (copy.path("ipam") instanceof ObjectNode ipam
        && ipam.path("subnet").asText().equalsIgnoreCase(USE_POD_CIDR)) {
      ipam.put("subnet", subnet.get());
    }
    return copy.toString();
  }

  /// What the other plugin said, under its own code.
  private CniError error(String command, IpamProgram.Output output) {
    if (output.exitCode() < 0) {
      return new CniError(Code.INVALID_CONFIGURATION, output.stderr());
    }
    String said = (output.stdout() + " " + output.stderr()).strip();
    try {
      JsonNode json = MAPPER.readTree(output.stdout());
      if (json.path("code").isInt()) {
        return new CniError(
            json.path("code").asInt(),
            "IPAM plugin %s, %s: %s".formatted(type(), command, json.path("msg").asText()));
      }
    } catch (JsonProcessingException e) {
      // It is no error of CNI's.
    }
    return new CniError(
        Code.OWN,
        "IPAM plugin %s, %s: ended with exit code %d and said: %s"
            .formatted(type(), command, output.exitCode(), said));
  }
}
