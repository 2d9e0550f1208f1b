package io.margay.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The blocks of a pool that nobody has, from a place that depends on the node: so nodes spread
/// out, and the requests of one node meet on the same block. Goes up and wraps round; each block
/// comes once.
final class BlockSearch {

  private final Pool pool;
  private final int hostBits;
  private final BigInteger count;
  private final BigInteger start;
  private BigInteger passed = BigInteger.ZERO;

  /// What exists or is reserved. Blocks are disjoint, so at most one covers an address.
  private final TreeSet<IpPrefix> existing;

  private final Collection<IpPrefix> reserved;

  /// @param existing all blocks of the pool's family
  /// @param reserved what is not to be used
  BlockSearch(
      Pool pool, String node, Collection<IpPrefix> existing, Collection<IpPrefix> reserved) {
    this.pool = pool;
    this.hostBits = pool.family().bits() - pool.blockLength();
    this.count = BigInteger.ONE.shiftLeft(pool.blockLength() - pool.cidr().length());
    this.start = new BigInteger(1, sha256(node)).mod(count);
    this.existing = new TreeSet<>(existing);
    this.reserved = reserved;
  }

  Optional<IpPrefix> next() {
    while (passed.compareTo(count) < 0) {
      BigInteger index = start.add(passed).mod(count);
      IpPrefix candidate = block(index);
      IpPrefix obstacle = obstacle(candidate);
      if (obstacle == null) {
        passed = passed.add(BigInteger.ONE);
        return Optional.of(candidate);
      }
      passed = passed.add(blocksUntilEnd(obstacle, index));
    }
    return Optional.empty();
  }

  private IpPrefix block(BigInteger index) {
    BigInteger first = number(pool.cidr().address()).add(index.shiftLeft(hostBits));
    byte[] octets = new byte[pool.family().bits() / 8];
    byte[] digits = first.toByteArray();
    int length = Math.min(digits.length, octets.length);
    System.arraycopy(digits, digits.length - length, octets, octets.length - length, length);
    return new IpPrefix(IpAddress.of(octets), pool.blockLength());
  }

  private static BigInteger number(IpAddress address) {
    return new BigInteger(1, address.toBytes());
  }

  /// How many blocks to go on so that an obstacle, or the end of the pool, is passed.
  private BigInteger blocksUntilEnd(IpPrefix obstacle, BigInteger index) {
    int obstacleBits = pool.family().bits() - obstacle.length();
    BigInteger end =
        number(obstacle.masked().address())
            .add(BigInteger.ONE.shiftLeft(obstacleBits))
            .subtract(number(pool.cidr().address()))
            .shiftRight(hostBits);
    return end.min(count).subtract(index).max(BigInteger.ONE);
  }

  private @Nullable IpPrefix obstacle(IpPrefix candidate) {
    for (IpPrefix cidr : reserved) {
      if (cidr.contains(candidate)) {
        return cidr;
      }
    }
    int bits = pool.family().bits();
    IpPrefix before = existing.floor(new IpPrefix(candidate.address(), bits));
    if (before != null && before.contains(candidate)) {
      return before;
    }
    IpPrefix after = existing.ceiling(new IpPrefix(candidate.address(), 0));
    return after != null && candidate.contains(after) ? after : null;
  }

  /// Spreads even names that differ in one digit.
  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
