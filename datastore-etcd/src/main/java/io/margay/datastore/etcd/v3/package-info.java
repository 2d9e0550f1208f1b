/// Paths and texts on etcd's v3 API.
///
/// ```
///   PathDatastore ──Transaction, paths──> EtcdV3Store ──> EtcdCalls (JetcdCalls) ──gRPC──> members
///   PathWatch <──PathChange── EtcdV3Watch <──WatchMail── jetcd's watcher
///                             (a thread of its own)
/// ```
///
/// The store's revision is etcd's. A watch keeps its own place and reconnects by itself, since only
/// it knows which changes have arrived.
@NullMarked
package io.margay.datastore.etcd.v3;

import org.jspecify.annotations.NullMarked;
