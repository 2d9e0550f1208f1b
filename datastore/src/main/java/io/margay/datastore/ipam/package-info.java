/// Addresses that have been given out: blocks and handles as Calico 2.1 stores them
/// ([io.margay.datastore.ipam.AllocationBlock]), and the settings by which that is done.
@NullMarked
package io.margay.datastore.ipam;

import org.jspecify.annotations.NullMarked;
