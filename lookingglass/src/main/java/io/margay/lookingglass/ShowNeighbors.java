package io.margay.lookingglass;

import io.margay.lookingglass.Question.Prefixes;
import io.margay.lookingglass.Question.Table;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `margay bgp show neighbors`.
@Command(
    name = "neighbors",
    description = "Show the sessions; with an address, all that is known of one.",
    mixinStandardHelpOptions = true)
final class ShowNeighbors implements Callable<Integer> {

  @Parameters(arity = "0..1", paramLabel = "ADDRESS", description = "only this one, in full")
  @Nullable String address;

  @Mixin ShowOptions options = new ShowOptions();

  @Override
  public Integer call() {
    Question question =
        new Question(
            Table.NEIGHBORS,
            address == null ? null : options.address("ADDRESS", address),
            new Prefixes.All(null));
    if (options.json()) {
      return options.askForJson(question);
    }
    if (address != null) {
      return options.ask(
          question,
          line -> {
            if (!line.has("title")) {
              NeighborTable.detail(options.out(), line);
            }
          },
          () -> {});
    }
    NeighborTable table = new NeighborTable(options.out());
    return options.ask(question, table::line, table::end);
  }
}
