/// The datastore contract on etcd.
///
/// ```
///   DatastoreConfig.Etcd ──EtcdAccess──> v3.EtcdV3Store ──gRPC──> etcd 3.4 and newer
///                                   └──> v2.EtcdV2Store ──HTTP──> the v2 keys API, etcd 2.3 to 3.5
/// ```
///
/// Keys and values are those of the embedded store; [io.margay.datastore.path.PathDatastore] makes
/// them. The two stores differ in what etcd can promise: the v3 API has transactions and one
/// history, so everything in the contract holds to the letter; the v2 API writes one key at a time.
/// [io.margay.datastore.etcd.EtcdProvider] is the way in. Certificates are read once, when a store
/// is opened.
@NullMarked
package io.margay.datastore.etcd;

import org.jspecify.annotations.NullMarked;
