package io.margay.ipam.check;

import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;

/// Something that is not as it should be.
public sealed interface Finding {

  /// One line for the operator.
  String told();

  /// Whether a repair can do something about it without harm to anybody.
  default boolean isRepairable() {
    return true;
  }

  /// Whether it is told for the operator to know, and nothing is wrong.
  default boolean isNote() {
    return false;
  }

  /// An address is taken, and no endpoint or tunnel has it.
  record Leak(IpAddress address, IpPrefix block, Attribute owner) implements Finding {
    @Override
    public String told() {
      String handle = owner.handle();
      return "leak: %s is taken by %s, and no endpoint or tunnel has it"
          .formatted(address, handle == null ? "nobody known" : "handle " + handle);
    }
  }

  /// An endpoint has an address that IPAM may give to another: somebody wrote it by hand.
  record NotHeld(IpAddress address, String user) implements Finding {
    @Override
    public String told() {
      return "note: %s, used by %s, was not given out by IPAM, which may give it to another"
          .formatted(address, user);
    }

    @Override
    public boolean isNote() {
      return true;
    }

    /// Only the operator knows whether the address was meant to come from IPAM.
    @Override
    public boolean isRepairable() {
      return false;
    }
  }

  /// Several have the same address.
  record DoubleUse(IpAddress address, List<String> users) implements Finding {
    @Override
    public String told() {
      return "double use: %s is used by %s".formatted(address, String.join(" and ", users));
    }

    @Override
    public boolean isRepairable() {
      return false;
    }
  }

  /// A node lists a block as its own, and the block says otherwise or does not exist.
  record StaleAffinity(String node, IpPrefix block) implements Finding {
    @Override
    public String told() {
      return "stale affinity: node %s lists block %s, which is not its own".formatted(node, block);
    }
  }

  /// A block says it is a node's, which does not list it.
  record MissingAffinity(String node, IpPrefix block) implements Finding {
    @Override
    public String told() {
      return "missing affinity: block %s is node %s's, which does not list it"
          .formatted(block, node);
    }
  }

  /// A block is a node's that does not exist any more.
  record AffinityOfNoNode(String node, IpPrefix block) implements Finding {
    @Override
    public String told() {
      return "affinity of no node: block %s is node %s's, which does not exist"
          .formatted(block, node);
    }
  }

  /// A handle counts other numbers of addresses than carry it.
  record WrongCount(String handle, IpPrefix block, int counted, int actual) implements Finding {
    @Override
    public String told() {
      return "wrong count: handle %s counts %d addresses in block %s and has %d"
          .formatted(handle, counted, block, actual);
    }
  }

  /// A handle has no addresses at all.
  record EmptyHandle(String handle) implements Finding {
    @Override
    public String told() {
      return "empty handle: %s has no addresses".formatted(handle);
    }
  }

  /// The free and the used addresses of a block do not make up the block.
  record DamagedBlock(IpPrefix block, String reason) implements Finding {
    @Override
    public String told() {
      return "damaged block: %s %s".formatted(block, reason);
    }
  }

  /// A block is nobody's and empty; nobody would look for it.
  record ForgottenBlock(IpPrefix block) implements Finding {
    @Override
    public String told() {
      return "forgotten block: %s is nobody's and empty".formatted(block);
    }
  }

  /// A block with addresses in use is in no pool any more.
  record OutsidePools(IpPrefix block, int inUse) implements Finding {
    @Override
    public String told() {
      return "outside all pools: block %s, of which %d addresses are taken".formatted(block, inUse);
    }

    /// It goes by itself when its last address is given back.
    @Override
    public boolean isRepairable() {
      return false;
    }
  }

  /// Two blocks have addresses in common.
  record Overlap(IpPrefix block, IpPrefix other) implements Finding {
    @Override
    public String told() {
      return "overlap: blocks %s and %s have addresses in common".formatted(block, other);
    }

    @Override
    public boolean isRepairable() {
      return false;
    }
  }

  /// A value cannot be understood.
  record Unreadable(String path, String reason) implements Finding {
    @Override
    public String told() {
      return "unreadable: %s: %s".formatted(path, reason);
    }

    @Override
    public boolean isRepairable() {
      return false;
    }
  }
}
