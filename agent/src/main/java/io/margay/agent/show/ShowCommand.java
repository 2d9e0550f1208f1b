package io.margay.agent.show;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.agent.report.ReportClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `margay node show`: looks into the agent of this host.
@Command(
    name = "show",
    description = {
      "Show what the agent of this host holds, and what the kernel counted.",
      "",
      "Counts are the kernel's own, of packets and bytes since a rule was written."
    },
    synopsisSubcommandLabel = "WHAT",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  margay node show graph",
      "  margay node show endpoint slave1-frontend1",
      "  margay node show policy namespace-default --output json"
    })
public final class ShowCommand {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// How answers are written.
  enum Output {
    table,
    json
  }

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "where the agent's socket is (default: ${DEFAULT-VALUE})",
      defaultValue = "/var/run/calico")
  Path runDirectory = Path.of("/var/run/calico");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
      defaultValue = "table")
  Output output = Output.table;

  @Spec @Nullable CommandSpec spec;

  @Command(
      name = "graph",
      description = "How much there is of everything, from the datastore to the kernel.",
      mixinStandardHelpOptions = true)
  int graph() throws InterruptedException {
    return show("graph");
  }

  @Command(
      name = "endpoint",
      description = "An endpoint of this node: status, policies, rules with their counts.",
      mixinStandardHelpOptions = true)
  int endpoint(
      @Parameters(paramLabel = "NAME", description = "of the endpoint or of its interface")
          String name)
      throws InterruptedException {
    return show("endpoint " + name);
  }

  @Command(
      name = "policy",
      description =
          "A policy in use on this node: packets and bytes that each of its rules matched.",
      mixinStandardHelpOptions = true)
  int policy(@Parameters(paramLabel = "NAME", description = "of the policy") String name)
      throws InterruptedException {
    return show("policy " + name);
  }

  @Command(
      name = "chains",
      description = "The chains of ours in the kernel, or the rules of one.",
      mixinStandardHelpOptions = true)
  int chains(
      @Parameters(paramLabel = "CHAIN", arity = "0..1", description = "one chain")
          @Nullable String name)
      throws InterruptedException {
    return show(name == null ? "chains" : "chains " + name);
  }

  @Command(
      name = "sets",
      description = "The sets of addresses that rules refer to.",
      mixinStandardHelpOptions = true)
  int sets() throws InterruptedException {
    return show("sets");
  }

  private int show(String question) throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    String text;
    try {
      text = ReportClient.askText(runDirectory, ShowAnswers.QUESTION + question, LIMIT);
    } catch (IOException e) {
      return fail(
          "no agent answers at %s (%s). Start it, or name its directory: --run-dir."
              .formatted(runDirectory.resolve("agent.sock"), e.getMessage()));
    } catch (TimeoutException e) {
      return fail(
          "the agent at %s has not answered within %d s. Its log says what it is busy with."
              .formatted(runDirectory.resolve("agent.sock"), LIMIT.toSeconds()));
    }
    try {
      JsonNode answer = MAPPER.readTree(text);
      if (answer.has("error")) {
        return fail(complaint(answer));
      }
      out.print(
          output == Output.json
              ? MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(answer) + "\n"
              : ShowText.of(answer));
      out.flush();
      return 0;
    } catch (JsonProcessingException e) {
      return fail("the agent's answer is no JSON: " + text);
    }
  }

  private static String complaint(JsonNode answer) {
    List<String> near = new ArrayList<>();
    answer.path("near").forEach(each -> near.add(each.asText()));
    String error = answer.path("error").asText();
    return near.isEmpty()
        ? error + "."
        : error + ". Did you mean " + String.join(" or ", near) + "?";
  }

  private static int fail(String message) {
    System.err.println("margay node show: " + message);
    return 1;
  }
}
