/// The datastore contract on any store of paths and texts, in the key layout of Calico 2.1.
///
/// ```
///   Key, value ──KeyPaths, KeyValues──> paths, texts ──PathStore──> embedded, later etcd
///   Change <──PathWatch── PathChange
/// ```
///
/// The layout is one for all backends, so a migration is a copy. A node and a profile lie in
/// several parts: [io.margay.datastore.path.PathDatastore] writes them in one transaction and puts
/// them together on reading. A part of its own decides whether the whole exists: `metadata` of a
/// node, `tags` of a profile.
@NullMarked
package io.margay.datastore.path;

import org.jspecify.annotations.NullMarked;
