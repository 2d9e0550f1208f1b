/// The datastore contract on etcd.
///
/// ```
///   DatastoreConfig.Etcd ──EtcdAccess──> v3.EtcdV3Store ──gRPC──> etcd 3.4 and newer
/// ```
///
/// Keys and values are those of the embedded store; [io.margay.datastore.path.PathDatastore] makes
/// them. [io.margay.datastore.etcd.EtcdProvider] is the way in. Certificates are read once, when a
/// store is opened.
@NullMarked
package io.margay.datastore.etcd;

import org.jspecify.annotations.NullMarked;
