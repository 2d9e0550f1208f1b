/// Addresses that have been given out: blocks and handles as Calico 2.1 stores them
/// ([io.margay.datastore.ipam.AllocationBlock]), and giving an address back
/// ([io.margay.datastore.ipam.AddressRelease]).
@NullMarked
package io.margay.datastore.ipam;

import org.jspecify.annotations.NullMarked;
