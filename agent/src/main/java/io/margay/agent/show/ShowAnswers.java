package io.margay.agent.show;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.agent.show.RuleCounters.Counted;
import io.margay.calc.GraphCounts;
import io.margay.dataplane.DataplaneCounts;
import io.margay.dataplane.DataplaneView;
import io.margay.dataplane.DataplaneView.EndpointView;
import io.margay.dataplane.DataplaneView.PolicyChain;
import io.margay.dataplane.DataplaneView.PolicyView;
import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers what `margay node show` asks. Any thread may call.
public final class ShowAnswers {

  static final String QUESTION = "show ";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<Table> TABLES = List.of(Table.RAW, Table.NAT, Table.FILTER);

  /// The state of an agent at one moment.
  public record State(
      String node,
      List<String> notReady,
      GraphCounts graph,
      DataplaneCounts counts,
      DataplaneView view) {}

  /// Where the state comes from.
  public interface States {
    /// @throws IllegalStateException if the dataplane's loop does not tell
    State now() throws InterruptedException;
  }

  /// The kernel's rules with their counters.
  public interface Rules {
    String withCounters(IpFamily family, Table table);
  }

  private final States states;
  private final Rules rules;

  public ShowAnswers(States states, Rules rules) {
    this.states = states;
    this.rules = rules;
  }

  /// @return a JSON object, with `error` if it cannot be answered; null if it is no question of
  ///   ours
  public @Nullable String answer(String question) throws InterruptedException {
    if (!question.startsWith(QUESTION)) {
      return null;
    }
    String[] words = question.substring(QUESTION.length()).split(" ", 2);
    String name = words.length > 1 ? words[1] : "";
    ObjectNode answer = MAPPER.createObjectNode();
    try {
      State state = states.now();
      switch (words[0]) {
        case "graph" -> graph(state, answer);
        case "endpoint" -> endpoint(state, name, answer);
        case "policy" -> policy(state, name, answer);
        case "chains" -> chains(state, name, answer);
        case "sets" -> sets(state, answer);
        default -> answer.put("error", "this agent does not know '" + words[0] + "'");
      }
    } catch (KernelException | IllegalStateException e) {
      answer.removeAll();
      answer.put("error", String.valueOf(e.getMessage()));
    }
    return answer.toString();
  }

  private static void graph(State state, ObjectNode answer) {
    GraphCounts graph = state.graph();
    answer.put("node", state.node()).put("ready", state.notReady().isEmpty());
    if (!state.notReady().isEmpty()) {
      answer.put("why", String.join("; ", state.notReady()));
    }
    answer
        .putObject("cluster")
        .put("policies", graph.policies())
        .put("profiles", graph.profiles())
        .put("workloadEndpoints", graph.workloadEndpoints())
        .put("hostEndpoints", graph.hostEndpoints())
        .put("hosts", graph.hostAddresses())
        .put("pools", graph.pools());
    answer
        .putObject("node holds")
        .put("endpoints", graph.localEndpoints())
        .put("activePolicies", graph.activePolicies())
        .put("activeProfiles", graph.activeProfiles())
        .put("selectors", state.counts().selectors())
        .put("tags", state.counts().tags())
        .put("setMembers", graph.ipSetMembers());
    ArrayNode kernel = answer.putArray("kernel");
    for (DataplaneCounts.Family family : state.counts().families()) {
      family.rulesByTable().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(table ->
              kernel
                  .addObject()
                  .put("ip", family.family().version())
                  .put("table", table.getKey().toString())
                  .put("chains", table.getValue().chains())
                  .put("rules", table.getValue().rules()));
    }
    ArrayNode endpoints = answer.putArray("endpoints");
    for (EndpointView each : state.view().endpoints()) {
      endpoints
          .addObject()
          .put("name", each.name())
          .put("interface", String.join(",", each.interfaces()))
          .put("status", each.status().toString())
          .put("addresses", String.join(",", each.addresses()))
          .put("policies", each.policies().size() + each.untracked().size())
          .put("profiles", each.profiles().size());
    }
  }

  private void endpoint(State state, String name, ObjectNode answer) {
    List<EndpointView> found =
        state.view().endpoints().stream()
            .filter(each ->
                each.name().equals(name)
                    || each.id().equals(name)
                    || each.interfaces().contains(name))
            .toList();
    if (found.size() != 1) {
      Collection<String> names =
          state.view().endpoints().stream()
              .flatMap(each -> Stream.concat(Stream.of(each.name()), each.interfaces().stream()))
              .toList();
      if (found.isEmpty()) {
        unknown("endpoint", name, names, answer);
      } else {
        answer.put(
            "error",
            "%d endpoints are called '%s'; write one as %s"
                .formatted(
                    found.size(),
                    name,
                    String.join(" or ", found.stream().map(EndpointView::id).toList())));
      }
      return;
    }
    EndpointView endpoint = found.getFirst();
    answer
        .put("endpoint", endpoint.name())
        .put("id", endpoint.id())
        .put("interface", String.join(", ", endpoint.interfaces()))
        .put("status", endpoint.status().toString());
    if (!endpoint.reason().isEmpty()) {
      answer.put("reason", endpoint.reason());
    }
    answer.put("addresses", String.join(", ", endpoint.addresses()));
    if (!endpoint.untracked().isEmpty()) {
      answer.put("untracked", String.join(", ", endpoint.untracked()));
    }
    answer.put("policies", String.join(", ", endpoint.policies()));
    answer.put("profiles", String.join(", ", endpoint.profiles()));
    ArrayNode rows = answer.putArray("rules");
    for (IpFamily family : families(state)) {
      RuleCounters counters = counters(family, Table.FILTER);
      for (String chain : endpoint.chains()) {
        addRules(rows, family, chain, counters.of(chain));
      }
    }
  }

  private void policy(State state, String name, ObjectNode answer) {
    PolicyView policy =
        state.view().policies().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElse(null);
    if (policy == null) {
      List<String> names = state.view().policies().stream().map(PolicyView::name).toList();
      unknown("policy", name, names, answer);
      if (!answer.has("near")) {
        answer.put(
            "error",
            answer.path("error").asText()
                + " (a policy is here if it selects an endpoint of this node)");
      }
      return;
    }
    answer.put("policy", name);
    List<String> users =
        state.view().endpoints().stream()
            .filter(each -> each.policies().contains(name) || each.untracked().contains(name))
            .map(EndpointView::name)
            .toList();
    answer.put("endpoints", String.join(", ", users));
    ArrayNode rows = answer.putArray("rules");
    for (PolicyChain chain : policy.chains()) {
      addHits(rows, chain, counters(chain.family(), chain.table()).of(chain.chain()));
    }
  }

  /// A rule of the policy is hit when one of the rules it became is; those that only act on the
  /// mark that another one set do not count.
  private static void addHits(ArrayNode rows, PolicyChain chain, List<Counted> counted) {
    int position = 0;
    for (int index = 0; index < chain.bodies().size(); index++) {
      long packets = 0;
      long bytes = 0;
      StringBuilder match = new StringBuilder();
      for (String body : chain.bodies().get(index)) {
        boolean follows = body.startsWith("-m mark --mark") && body.endsWith("--jump RETURN");
        if (!follows && position < counted.size()) {
          packets += counted.get(position).packets();
          bytes += counted.get(position).bytes();
          match.append(match.isEmpty() ? "" : " | ").append(matchOf(body));
        }
        position++;
      }
      rows.addObject()
          .put("ip", chain.family().version())
          .put("direction", chain.direction())
          .put("rule", index + 1)
          .put("action", chain.actions().get(index))
          .put("packets", packets)
          .put("bytes", bytes)
          .put(
              "match",
              chain.bodies().get(index).isEmpty() ? "(not of this IP version)" : match.toString());
    }
  }

  private static String matchOf(String body) {
    int jump = body.indexOf("--jump ");
    String match = jump < 0 ? body : body.substring(0, jump).strip();
    return match.isEmpty() ? "any" : match;
  }

  private void chains(State state, String name, ObjectNode answer) {
    ArrayNode rows = answer.putArray("chains");
    ArrayNode detail = answer.arrayNode();
    Set<String> names = new TreeSet<>();
    for (IpFamily family : families(state)) {
      for (Table table : TABLES) {
        RuleCounters counters = counters(family, table);
        counters
            .byChain()
            .forEach((chain, rules) -> {
              if (!chain.startsWith("cali-")) {
                return;
              }
              names.add(chain);
              if (name.equals(chain)) {
                addRules(detail, family, table + " " + chain, rules);
              }
              rows.addObject()
                  .put("ip", family.version())
                  .put("table", table.toString())
                  .put("chain", chain)
                  .put("rules", rules.size())
                  .put("packets", rules.stream().mapToLong(Counted::packets).sum())
                  .put("bytes", rules.stream().mapToLong(Counted::bytes).sum());
            });
      }
    }
    if (!name.isEmpty()) {
      answer.removeAll();
      if (names.contains(name)) {
        answer.put("chain", name).set("rules", detail);
      } else {
        unknown("chain", name, names, answer);
      }
    }
  }

  private static void sets(State state, ObjectNode answer) {
    ArrayNode rows = answer.putArray("sets");
    for (DataplaneView.SetView set : state.view().sets()) {
      rows.addObject()
          .put("set", String.join(" ", set.names()))
          .put("of", set.id().startsWith("t:") ? "tag" : "selector")
          .put("members", set.members())
          .put("policies", String.join(",", set.policies()));
    }
  }

  private static void addRules(ArrayNode rows, IpFamily family, String chain, List<Counted> rules) {
    for (int index = 0; index < rules.size(); index++) {
      Counted rule = rules.get(index);
      rows.addObject()
          .put("ip", family.version())
          .put("chain", chain)
          .put("rule", index + 1)
          .put("packets", rule.packets())
          .put("bytes", rule.bytes())
          .put("text", rule.rule());
    }
  }

  private static List<IpFamily> families(State state) {
    return state.counts().families().stream().map(DataplaneCounts.Family::family).toList();
  }

  private RuleCounters counters(IpFamily family, Table table) {
    return RuleCounters.parse(rules.withCounters(family, table));
  }

  private static void unknown(
      String what, String name, Collection<String> names, ObjectNode answer) {
    answer.put("error", "no %s '%s' on this node".formatted(what, name));
    List<String> near = NearNames.of(name, names);
    if (!near.isEmpty()) {
      ArrayNode array = answer.putArray("near");
      near.forEach(array::add);
    }
  }
}
