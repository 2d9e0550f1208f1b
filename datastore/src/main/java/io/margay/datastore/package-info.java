/// Where resources, settings and statuses live, and how one hears of changes.
///
/// ```
///   calicoctl ──Key, value──> Datastore ──┐
///                                         ├──> one backend: embedded, later etcd
///   agent <──SyncUpdate── Syncer <─Change─┘
/// ```
///
/// [io.margay.datastore.Datastore] is the contract; every backend passes the same tests. It speaks
/// in typed keys ([io.margay.datastore.Key]), which all backends map to the one key layout of
/// Calico 2.1. [io.margay.datastore.Syncer] turns a snapshot and a watch into one stream that is
/// right after any loss.
@NullMarked
package io.margay.datastore;

import org.jspecify.annotations.NullMarked;
