/// Who gets which address. Start at [io.margay.ipam.Ipam].
///
/// ```
///   AssignRequest ──> AutoAssignment ──Pool──> BlockSearch     where a new block may lie
///                        │ IpPrefix
///                        ├──> BlockClaims    a block becomes a node's
///                        └──> BlockWriter    addresses of a block are taken and given back
///                                │ Write
///                                └──> Datastore.commit
/// ```
///
/// Pools are cut into blocks, and a node has blocks of its own, so that routing needs one route for
/// many addresses and nodes rarely meet on one value. The values are those of Calico 2.1
/// ([io.margay.datastore.ipam.AllocationBlock]), who may share a datastore with us.
///
/// Every write is a compare-and-swap. On stores with transactions a block, its affinity and the
/// handle that counts its addresses change together. On etcd's v2 API they are written one after
/// the other so that whoever dies in between leaves nothing worse than a handle that counts too
/// much or a block of ours without its affinity, which the next request of the node puts right:
///
/// - taking: handle, then block (then affinity, for a new block);
/// - giving back: block, then handle.
///
/// Nothing here has state or threads; any number of processes may work on one datastore.
@NullMarked
package io.margay.ipam;

import org.jspecify.annotations.NullMarked;
