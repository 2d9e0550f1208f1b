/// Whether what the datastore says of addresses is true, and putting right what is not.
///
/// ```
///   Datastore.snapshot ──> IpamPicture ──> IpamCheck ──Finding──> IpamRepair ──Change──> UndoFile
/// ```
///
/// [io.margay.ipam.check.IpamCheck] only looks. [io.margay.ipam.check.IpamRepair] changes what
/// cannot be in use, one value after the other, each only if it still is what was judged; what it
/// replaces is in the undo file before it is replaced.
@NullMarked
package io.margay.ipam.check;

import org.jspecify.annotations.NullMarked;
