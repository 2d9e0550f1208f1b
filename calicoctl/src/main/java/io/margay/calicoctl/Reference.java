package io.margay.calicoctl;

import java.util.ArrayList;
import java.util.List;

/// The reference page: what `--help` says of every command, in one text.
final class Reference {

  private Reference() {}

  static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # calicoctl

            What `calicoctl` and each of its commands say when asked for `--help`. This page is made \
            from the program, and a test keeps the two equal.

            """);
    section(page, "calicoctl", Help.text("calicoctl"));
    List<String> done = new ArrayList<>();
    for (Command command : Commands.ALL) {
      String first = Commands.firstWord(command);
      if (Commands.isGroup(first) && !done.contains(first)) {
        done.add(first);
        section(page, "calicoctl " + first, Help.text(first));
      }
      section(page, "calicoctl " + command.name(), command.help());
    }
    return page.toString();
  }

  private static void section(StringBuilder page, String title, String text) {
    page.append("## ").append(title).append("\n\n```text\n").append(text).append("```\n\n");
  }
}
