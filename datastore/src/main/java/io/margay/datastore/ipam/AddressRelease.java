package io.margay.datastore.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.net.IpAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives addresses back, as Calico v1.1 does: the block is rewritten if nobody has changed it
/// meanwhile, else all is tried again; after that the handle counts one address less. An empty
/// block that is nobody's goes. A handle that is missing or too low is told in the log and does not
/// matter: agents of that time counted wrongly.
public final class AddressRelease {

  private static final Logger LOG = LoggerFactory.getLogger(AddressRelease.class);
  private static final int TRIES = 100;

  private final Datastore datastore;

  public AddressRelease(Datastore datastore) {
    this.datastore = datastore;
  }

  /// @return whether the address was in use
  /// @throws DatastoreException if others keep changing the block
  public boolean release(IpAddress address) {
    Key.IpamBlock key = new Key.IpamBlock(AllocationBlock.around(address));
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<Entry<AllocationBlock>> entry = datastore.get(key);
      AllocationBlock.Attribute attribute =
          entry.isEmpty() ? null : entry.get().value().attribute(address);
      if (entry.isEmpty() || attribute == null) {
        return false;
      }
      AllocationBlock left = entry.get().value().without(address);
      if (write(key, left, entry.get().revision())) {
        lower(attribute.handle(), key);
        return true;
      }
    }
    throw new DatastoreException.UpdateConflict(
        "IPAM block %s: changed by others %d times".formatted(key.block(), TRIES));
  }

  /// @return false if somebody else was faster
  private boolean write(Key.IpamBlock key, AllocationBlock block, long revision) {
    try {
      if (block.isEmpty() && block.isNobodys()) {
        datastore.delete(key, revision);
      } else {
        datastore.update(key, block, revision);
      }
      return true;
    } catch (DatastoreException.UpdateConflict | DatastoreException.DoesNotExist e) {
      return false;
    }
  }

  private void lower(@Nullable String handle, Key.IpamBlock block) {
    if (handle == null || handle.isEmpty()) {
      return;
    }
    Key.IpamHandle key = new Key.IpamHandle(handle);
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<Entry<AllocationBlock.Handle>> entry = datastore.get(key);
      if (entry.isEmpty() || !entry.get().value().blocks().containsKey(block.block())) {
        LOG.warn(
            "IPAM handle '{}' does not count its address in {}; nothing to lower.",
            handle,
            block.block());
        return;
      }
      AllocationBlock.Handle left = entry.get().value().without(block.block());
      try {
        if (left.blocks().isEmpty()) {
          datastore.delete(key, entry.get().revision());
        } else {
          datastore.update(key, left, entry.get().revision());
        }
        return;
      } catch (DatastoreException.UpdateConflict | DatastoreException.DoesNotExist e) {
        // Somebody else was faster; look again.
      }
    }
    LOG.warn("IPAM handle '{}' was changed by others {} times and stays too high.", handle, TRIES);
  }
}
