package io.margay.kernel.ipset;

/// Writes one input for `ipset restore` (ipset(8)).
final class SetRestoreInput {

  private final StringBuilder text = new StringBuilder();

  /// Members only. Removals come first, so that a full set takes what replaces them. Additions go
  /// without `--exist`: one that is there already shows that the set is not what it was taken for.
  void update(WantedSet target) {
    String name = target.set().name();
    for (String member : target.toRemove()) {
      line("del", name, MemberText.withoutOptions(member), "--exist");
    }
    for (String member : target.toAdd()) {
      line("add", name, member);
    }
  }

  /// The whole set, built under the temporary name and then swapped in.
  void rewrite(WantedSet target, String temporary, boolean temporaryExists) {
    String name = target.set().name();
    if (temporaryExists) {
      destroy(temporary);
    }
    create(target.set(), temporary);
    target.members().stream().sorted().forEach(member -> line("add", temporary, member));
    switch (target.presence()) {
      case ABSENT -> create(target.set(), name);
      case INCOMPATIBLE -> {
        destroy(name);
        create(target.set(), name);
      }
      case RIGHT, SWAPPABLE -> {}
    }
    line("swap", name, temporary);
    destroy(temporary);
  }

  void destroy(String name) {
    line("destroy", name);
  }

  private void create(IpSet set, String name) {
    line(
        "create",
        name,
        set.type().toString(),
        "family",
        WantedSet.familyText(set.family()),
        "maxelem",
        Integer.toString(set.maxElements()));
  }

  private void line(String... words) {
    text.append(String.join(" ", words)).append('\n');
  }

  String text() {
    return text + "COMMIT\n";
  }
}
