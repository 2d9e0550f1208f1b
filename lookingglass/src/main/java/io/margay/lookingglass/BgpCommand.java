package io.margay.lookingglass;

import picocli.CommandLine.Command;

/// `margay bgp`: looks into running speakers.
@Command(
    name = "bgp",
    description = "Look into a running BGP speaker: an agent or a reflector.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = BgpCommand.Show.class)
public final class BgpCommand {

  /// `margay bgp show`: what there is to look at.
  @Command(
      name = "show",
      description = "Show neighbors and routes.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      subcommands = {
        ShowNeighbors.class,
        ShowRoutes.Rib.class,
        ShowRoutes.AdjIn.class,
        ShowRoutes.AdjOut.class
      },
      footer = {
        "",
        "Examples:",
        "  margay bgp show neighbors",
        "  margay bgp show rib 10.65.0.0/16 --longer",
        "  margay bgp show rib 10.65.1.9                 (the route that packets there take)",
        "  margay bgp show adj-out --peer 192.168.40.12 -o json",
        "  margay bgp show neighbors --socket /run/reflector"
      })
  static final class Show {}
}
