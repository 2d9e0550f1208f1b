/// Paths and texts on etcd's v2 keys API, as the tools of Calico 2.1 wrote them.
///
/// ```
///   PathDatastore ──Transaction, paths──> EtcdV2Store ──> KeysApi ──HTTP──> members
///   PathWatch <──PathChange── EtcdV2Watch <──event── LongPoll
///                             └── Picture: what exists, as of the last event
/// ```
///
/// The API writes one key at a time, and its history has no past to look into, only the last
/// thousand events. So a value of several parts is written part by part, as libcalico did, and
/// whoever watches sees it change part by part; the last change is the value as it was written. A
/// watch keeps a [Picture] of its own, which also tells what was in a directory that somebody
/// deleted.
///
/// etcd has no v2 API from 3.6 on, and before that only with `--enable-v2` (3.4 and 3.5).
@NullMarked
package io.margay.datastore.etcd.v2;

import org.jspecify.annotations.NullMarked;
