package io.margay.datastore.etcd;

/// Something to make calls on, which throw [CallFailedException].
public interface EtcdConnection extends AutoCloseable {
  @Override
  void close();
}
