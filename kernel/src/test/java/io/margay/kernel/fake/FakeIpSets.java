package io.margay.kernel.fake;

import io.margay.kernel.KernelException;
import io.margay.kernel.ipset.IpSets;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/// A simulated ipset(8): `hash:ip` and `hash:net`.
public final class FakeIpSets implements IpSets {

  private static final int DEFAULT_MAX_ELEMENTS = 65536;
  private static final int MAX_NAME_LENGTH = 31;

  private final FakeKernel kernel;
  private final Map<String, FakeSet> sets = new LinkedHashMap<>();
  private Predicate<String> referenced = name -> false;

  private record FakeSet(String type, String family, int maxElements, TreeSet<String> members) {}

  FakeIpSets(FakeKernel kernel) {
    this.kernel = kernel;
  }

  void referencedBy(Predicate<String> rules) {
    referenced = rules;
  }

  boolean exists(String name) {
    return sets.containsKey(name);
  }

  @Override
  public Map<String, ActualSet> list() {
    synchronized (kernel) {
      kernel.enter("ipset list", "");
      Map<String, ActualSet> all = new LinkedHashMap<>();
      sets.forEach((name, set) ->
          all.put(name, new ActualSet(set.type(), set.family(), set.maxElements(), set.members())));
      return all;
    }
  }

  @Override
  public void restore(String input) {
    synchronized (kernel) {
      kernel.enter("ipset restore", input);
      input.lines().filter(line -> !line.isBlank()).forEach(this::execute);
      kernel.wrote("ipset restore", input);
    }
  }

  private void execute(String line) {
    List<String> words = new ArrayList<>(List.of(line.strip().split(" +")));
    boolean exist = words.removeIf(List.of("-exist", "--exist", "-!")::contains);
    switch (words.getFirst()) {
      case "create" -> create(line, words);
      case "add" -> add(line, words, exist);
      case "del" -> delete(line, words, exist);
      case "swap" -> swap(line, words);
      case "destroy" -> destroy(line, words.get(1));
      case "flush" -> set(line, words.get(1)).members().clear();
      case "COMMIT" -> {}
      default -> throw refused(line, "Unknown command");
    }
  }

  private void create(String line, List<String> words) {
    String name = words.get(1);
    if (sets.containsKey(name)) {
      throw refused(line, "Set cannot be created: set with the same name already exists");
    }
    if (name.length() > MAX_NAME_LENGTH) {
      throw refused(line, "setname is longer than 31 characters");
    }
    String type = words.get(2);
    if (!type.equals("hash:ip") && !type.equals("hash:net")) {
      throw refused(line, "Unknown set type");
    }
    String family = "inet";
    int maxElements = DEFAULT_MAX_ELEMENTS;
    for (int i = 3; i + 1 < words.size(); i += 2) {
      switch (words.get(i)) {
        case "family" -> family = words.get(i + 1);
        case "maxelem" -> maxElements = Integer.parseInt(words.get(i + 1));
        default -> throw refused(line, "Unknown argument: `" + words.get(i) + "'");
      }
    }
    sets.put(name, new FakeSet(type, family, maxElements, new TreeSet<>()));
  }

  private void add(String line, List<String> words, boolean exist) {
    FakeSet set = set(line, words.get(1));
    String member = member(line, set, words);
    if (set.members().contains(member)) {
      if (!exist) {
        throw refused(line, "Element cannot be added to the set: it's already added");
      }
    } else if (set.members().size() >= set.maxElements()) {
      throw refused(line, "Hash is full, cannot add more elements");
    } else {
      set.members().add(member);
    }
  }

  private void delete(String line, List<String> words, boolean exist) {
    FakeSet set = set(line, words.get(1));
    String member = member(line, set, words);
    if (!set.members().remove(member) && !exist) {
      throw refused(line, "Element cannot be deleted from the set: it's not added");
    }
  }

  /// The member in ipset's spelling.
  private static String member(String line, FakeSet set, List<String> words) {
    if (words.size() != 3) {
      throw refused(line, "Unknown argument: `" + words.getLast() + "'");
    }
    IpPrefix prefix;
    try {
      prefix = IpPrefix.parse(words.get(2));
    } catch (IllegalArgumentException e) {
      throw refused(line, "Syntax error: cannot parse " + words.get(2));
    }
    if (prefix.family().version() != (set.family().equals("inet") ? 4 : 6)) {
      throw refused(line, "Syntax error: address of the wrong family");
    }
    if (prefix.length() == 0) {
      throw refused(line, "The value of the CIDR parameter of the IP address is invalid");
    }
    if (prefix.isSingleAddress()) {
      return text(prefix.address());
    }
    if (set.type().equals("hash:ip")) {
      throw refused(line, "a range of addresses, which is not simulated");
    }
    return text(prefix.masked().address()) + "/" + prefix.length();
  }

  /// As inet_ntop(3) prints it: with a dotted quad where IPv4 is mapped into IPv6.
  private static String text(IpAddress address) {
    IpPrefix mapped = IpPrefix.parse("::ffff:0:0/96");
    if (!mapped.contains(address)) {
      return address.toString();
    }
    return "::ffff:" + IpAddress.of(Arrays.copyOfRange(address.toBytes(), 12, 16));
  }

  private void swap(String line, List<String> words) {
    FakeSet first = set(line, words.get(1));
    FakeSet second = set(line, words.get(2));
    if (!first.type().equals(second.type()) || !first.family().equals(second.family())) {
      throw refused(line, "The sets cannot be swapped: their type does not match");
    }
    sets.put(words.get(1), second);
    sets.put(words.get(2), first);
  }

  private void destroy(String line, String name) {
    set(line, name);
    if (referenced.test(name)) {
      throw refused(line, "Set cannot be destroyed: it is in use by a kernel component");
    }
    sets.remove(name);
  }

  private FakeSet set(String line, String name) {
    FakeSet set = sets.get(name);
    if (set == null) {
      throw refused(line, "The set with the given name does not exist");
    }
    return set;
  }

  private static KernelException refused(String line, String reason) {
    return new KernelException("ipset restore refused '" + line + "': " + reason);
  }
}
