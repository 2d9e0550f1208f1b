package io.margay.datastore.etcd.v3;

import io.margay.datastore.etcd.EtcdConnection;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.PathValue;
import java.time.Duration;
import java.util.List;

/// The few calls of etcd's v3 API that a store of paths needs, each made once and answered within a
/// bounded time. All of them throw [CallFailedException].
interface EtcdCalls extends EtcdConnection {

  /// Which cluster answered, and at which revision.
  record Header(long clusterId, long revision) {}

  record Range(Header header, List<PathValue> values) {}

  /// @param values found by the [Op.Get]s and [Op.GetAll]s
  record Committed(Header header, boolean succeeded, List<PathValue> values) {}

  /// What a transaction does.
  sealed interface Op {
    String path();

    /// @param revision 0 for now
    record Get(String path, long revision) implements Op {}

    /// All values from a path on.
    ///
    /// @param end the path before which to end
    /// @param revision 0 for now
    record GetAll(String path, String end, long revision) implements Op {}

    /// @param lease 0 for none
    record Put(String path, String value, long lease) implements Op {}

    record Delete(String path) implements Op {}
  }

  /// Values in the order of their paths.
  ///
  /// @param from the first path
  /// @param end the path before which to end
  /// @param limit how many values, 0 for all
  /// @param revision 0 for now
  Range range(String from, String end, int limit, long revision);

  Committed commit(List<Condition> conditions, List<Op> ops);

  /// @return the lease's number
  long grantLease(Duration timeToLive);
}
