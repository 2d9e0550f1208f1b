package io.margay.datastore;

import java.util.Locale;

/// Names of what can go wrong with a datastore. They stay the same from version to version, so that
/// people can search for them and programs can tell failures apart whatever their texts say.
/// `docs/errors.md` has what each means and what to do.
public enum DatastoreError {
  RESOURCE_EXISTS,
  RESOURCE_MISSING,
  UPDATE_CONFLICT,
  WRITE_REFUSED,

  DATASTORE_CONFIG,
  DATASTORE_TYPE,

  STORE_PATH,
  STORE_FOREIGN,
  STORE_NEWER,
  STORE_GONE,
  STORE_LOCKED,
  STORE_PERMISSION,
  STORE_READ_ONLY,
  STORE_FULL,
  STORE_IO,
  STORE_DAMAGED,

  ETCD_CERTIFICATE_FILE,
  ETCD_CERTIFICATE_EXPIRED,
  ETCD_CERTIFICATE_UNTRUSTED,
  ETCD_CERTIFICATE_HOST,
  ETCD_CLIENT_CERTIFICATE,
  ETCD_UNREACHABLE,
  ETCD_NO_ANSWER,
  ETCD_UNAUTHORIZED,
  ETCD_FULL,
  ETCD_REFUSED;

  /// As it is shown: `store-full`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
