package io.margay.lookingglass;

import io.margay.lookingglass.Question.Prefixes;
import io.margay.lookingglass.Question.Table;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `margay bgp show rib`, `adj-in` and `adj-out`: routes, of one peer or all, and which of them.
abstract class ShowRoutes implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX|ADDRESS",
      description =
          "only this prefix; for an address, the longest one that contains it (default: all)")
  @Nullable String which;

  @Option(names = "--longer", description = "the prefix and all inside it")
  boolean longer;

  @Option(
      names = {"-4", "--ipv4"},
      description = "only IPv4")
  boolean ipv4;

  @Option(
      names = {"-6", "--ipv6"},
      description = "only IPv6")
  boolean ipv6;

  @Option(names = "--peer", paramLabel = "ADDRESS", description = "only routes of this peer")
  @Nullable String peer;

  @Mixin ShowOptions options = new ShowOptions();

  private final Table table;

  private ShowRoutes(Table table) {
    this.table = table;
  }

  @Override
  public Integer call() {
    if (table == Table.ADJ_OUT && peer == null) {
      throw options.wrong("--peer is missing: what is told differs from peer to peer");
    }
    Question question =
        new Question(table, peer == null ? null : options.address("--peer", peer), prefixes());
    if (options.json()) {
      return options.askForJson(question);
    }
    RouteTable text = new RouteTable(options.out(), table);
    return options.ask(
        question,
        line -> {
          if (!line.has("title")) {
            text.route(line);
          }
        },
        text::end);
  }

  private Prefixes prefixes() {
    if (which == null) {
      if (longer) {
        throw options.wrong("--longer needs a PREFIX");
      }
      return new Prefixes.All(ipv4 == ipv6 ? null : ipv4 ? IpFamily.IPV4 : IpFamily.IPV6);
    }
    if (ipv4 || ipv6) {
      throw options.wrong(
          "--ipv4 and --ipv6 are for all prefixes; '" + which + "' says its family");
    }
    try {
      if (longer) {
        return new Prefixes.Inside(IpPrefix.parse(which));
      }
      IpPrefix prefix = IpPrefix.parse(which);
      return which.indexOf('/') < 0
          ? new Prefixes.Towards(prefix.address())
          : new Prefixes.Exactly(prefix);
    } catch (IllegalArgumentException e) {
      throw options.wrong("PREFIX|ADDRESS: " + e.getMessage());
    }
  }

  /// All paths, and which were chosen.
  @Command(
      name = "rib",
      description = "Show all paths, and which of them were chosen (RFC 4271 Loc-RIB).",
      mixinStandardHelpOptions = true)
  static final class Rib extends ShowRoutes {
    Rib() {
      super(Table.RIB);
    }
  }

  /// What peers tell.
  @Command(
      name = "adj-in",
      description = "Show what peers tell, used or not and why not (RFC 4271 Adj-RIB-In).",
      mixinStandardHelpOptions = true)
  static final class AdjIn extends ShowRoutes {
    AdjIn() {
      super(Table.ADJ_IN);
    }
  }

  /// What a peer is told.
  @Command(
      name = "adj-out",
      description = "Show what a peer is told, with the attributes it gets (RFC 4271 Adj-RIB-Out).",
      mixinStandardHelpOptions = true)
  static final class AdjOut extends ShowRoutes {
    AdjOut() {
      super(Table.ADJ_OUT);
    }
  }
}
