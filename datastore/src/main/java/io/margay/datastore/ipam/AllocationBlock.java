package io.margay.datastore.ipam;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A block of addresses and who has them: the value under `/calico/ipam/v2/assignment/`.
///
/// @param cidr the block
/// @param affinity `host:` and the node whose block it is; null if it is nobody's
/// @param strictAffinity whether only that node may take addresses from it
/// @param allocations for each address, by its number in the block, null if it is free, else an
///   index into `attributes`
/// @param unallocated the numbers of free addresses, in the order in which they will be taken
/// @param attributes what is known of the addresses in use; those with the same share one entry
/// @param hostAffinity the node as old versions wrote it; means something only without `affinity`
public record AllocationBlock(
    IpPrefix cidr,
    @Nullable String affinity,
    boolean strictAffinity,
    List<@Nullable Integer> allocations,
    List<Integer> unallocated,
    List<Attribute> attributes,
    @Nullable String hostAffinity) {

  private static final String HOST = "host:";

  /// @param handle under which the address can be released together with others
  /// @param secondary what its user noted down
  public record Attribute(@Nullable String handle, SortedMap<String, String> secondary) {
    public Attribute {
      secondary = Collections.unmodifiableSortedMap(new TreeMap<>(secondary));
    }
  }

  public AllocationBlock {
    allocations = Collections.unmodifiableList(new ArrayList<>(allocations));
    unallocated = List.copyOf(unallocated);
    attributes = List.copyOf(attributes);
    int size = size(cidr);
    if (allocations.size() != size) {
      throw new IllegalArgumentException(
          "block %s tells of %d addresses, expected %d".formatted(cidr, allocations.size(), size));
    }
    for (Integer index : allocations) {
      if (index != null && (index < 0 || index >= attributes.size())) {
        throw new IllegalArgumentException(
            "block %s refers to attribute %d of %d".formatted(cidr, index, attributes.size()));
      }
    }
  }

  private static int size(IpPrefix cidr) {
    int hostBits = cidr.family().bits() - cidr.length();
    if (hostBits > 16) {
      throw new IllegalArgumentException(cidr + " is no block, expected at most 65536 addresses");
    }
    return 1 << hostBits;
  }

  /// The number of an address in the block; empty if it is not in it.
  public OptionalInt ordinal(IpAddress address) {
    if (!cidr.contains(address)) {
      return OptionalInt.empty();
    }
    byte[] octets = address.toBytes();
    int last = octets.length - 1;
    int lowest16 = (octets[last - 1] & 0xff) << 8 | octets[last] & 0xff;
    return OptionalInt.of(lowest16 & (allocations.size() - 1));
  }

  /// The address of a number in the block.
  public IpAddress address(int ordinal) {
    Objects.checkIndex(ordinal, allocations.size());
    byte[] octets = cidr.masked().address().toBytes();
    int last = octets.length - 1;
    octets[last] |= (byte) ordinal;
    octets[last - 1] |= (byte) (ordinal >> 8);
    return IpAddress.of(octets);
  }

  /// The numbers of the free addresses, in the order in which they are to be taken. What old tools
  /// listed as free although it is in use is left out.
  public List<Integer> free() {
    return unallocated.stream()
        .filter(ordinal -> ordinal >= 0 && ordinal < allocations.size())
        .filter(ordinal -> allocations.get(ordinal) == null)
        .distinct()
        .toList();
  }

  /// The addresses in use of which something holds, ascending.
  public List<IpAddress> addresses(Predicate<Attribute> wanted) {
    List<IpAddress> found = new ArrayList<>();
    for (int ordinal = 0; ordinal < allocations.size(); ordinal++) {
      Integer index = allocations.get(ordinal);
      if (index != null && wanted.test(attributes.get(index))) {
        found.add(address(ordinal));
      }
    }
    return List.copyOf(found);
  }

  /// The node whose block it is; null if it is nobody's.
  public @Nullable String node() {
    return affinity != null && affinity.startsWith(HOST)
        ? affinity.substring(HOST.length())
        : affinity == null ? hostAffinity : null;
  }

  /// What is known of an address; null if it is free or not of this block.
  public @Nullable Attribute attribute(IpAddress address) {
    OptionalInt ordinal = ordinal(address);
    Integer index = ordinal.isPresent() ? allocations.get(ordinal.getAsInt()) : null;
    return index == null ? null : attributes.get(index);
  }

  public boolean isEmpty() {
    return allocations.stream().allMatch(index -> index == null);
  }

  /// Whether no node owns it.
  public boolean isNobodys() {
    return affinity == null && hostAffinity == null;
  }

  /// The block with some of its free addresses in use.
  ///
  /// @throws IllegalArgumentException if one of them is not free
  public AllocationBlock with(List<Integer> ordinals, Attribute attribute) {
    List<Attribute> known = new ArrayList<>(attributes);
    int index = known.indexOf(attribute);
    if (index < 0) {
      index = known.size();
      known.add(attribute);
    }
    List<@Nullable Integer> taken = new ArrayList<>(allocations);
    for (int ordinal : ordinals) {
      if (taken.set(ordinal, index) != null) {
        throw new IllegalArgumentException(address(ordinal) + " is in use in block " + cidr);
      }
    }
    List<Integer> free = new ArrayList<>(free());
    free.removeAll(ordinals);
    return new AllocationBlock(cidr, affinity, strictAffinity, taken, free, known, hostAffinity);
  }

  /// The block as nobody's.
  public AllocationBlock withoutAffinity() {
    return new AllocationBlock(
        cidr, null, strictAffinity, allocations, unallocated, attributes, null);
  }

  /// The block, open to its own node only or to others too.
  public AllocationBlock withStrictAffinity(boolean strict) {
    return new AllocationBlock(
        cidr, affinity, strict, allocations, unallocated, attributes, hostAffinity);
  }

  /// The block without an address that is in use: it goes to the end of the queue of free ones, so
  /// it rests until all others have had their turn. An attribute that nobody has any more goes, and
  /// the others move up.
  ///
  /// @throws IllegalArgumentException if the address is not in use
  public AllocationBlock without(IpAddress address) {
    OptionalInt ordinal = ordinal(address);
    Integer index = ordinal.isPresent() ? allocations.get(ordinal.getAsInt()) : null;
    if (index == null) {
      throw new IllegalArgumentException(address + " is not in use in block " + cidr);
    }
    List<@Nullable Integer> left = new ArrayList<>(allocations);
    left.set(ordinal.getAsInt(), null);
    List<Attribute> known = new ArrayList<>(attributes);
    if (!left.contains(index)) {
      known.remove(index.intValue());
      left.replaceAll(each -> each != null && each > index ? Integer.valueOf(each - 1) : each);
    }
    List<Integer> free = new ArrayList<>(unallocated);
    free.add(ordinal.getAsInt());
    return new AllocationBlock(cidr, affinity, strictAffinity, left, free, known, hostAffinity);
  }

  /// A block of a node of which nothing is taken.
  public static AllocationBlock of(IpPrefix cidr, String node, boolean strictAffinity) {
    AllocationBlock empty = empty(cidr, HOST + node);
    return new AllocationBlock(
        cidr,
        empty.affinity,
        strictAffinity,
        empty.allocations,
        empty.unallocated,
        List.of(),
        null);
  }

  /// A block of which nothing is taken.
  public static AllocationBlock empty(IpPrefix cidr, @Nullable String affinity) {
    int size = size(cidr);
    Integer[] ordinals = new Integer[size];
    Arrays.setAll(ordinals, i -> i);
    return new AllocationBlock(
        cidr, affinity, false, Collections.nCopies(size, null), List.of(ordinals), List.of(), null);
  }

  /// How many addresses each block gives to one handle: the value of a handle.
  ///
  /// @param blocks by CIDR
  public record Handle(Map<IpPrefix, Integer> blocks) {
    public Handle {
      blocks = Collections.unmodifiableMap(new TreeMap<>(blocks));
    }

    /// The handle with some addresses more of a block, or, below zero, less; a block that gives
    /// none is left out.
    public Handle plus(IpPrefix block, int addresses) {
      Map<IpPrefix, Integer> changed = new TreeMap<>(blocks);
      changed.merge(block, addresses, Integer::sum);
      changed.values().removeIf(count -> count <= 0);
      return new Handle(changed);
    }
  }
}
