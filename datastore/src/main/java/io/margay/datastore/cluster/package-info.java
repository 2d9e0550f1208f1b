/// Writes of resources together with what Calico does along with them: a first node makes the
/// cluster ready, a node takes what it carries with it when it goes, a pool its blocks.
///
/// [io.margay.datastore.cluster.ResourceWriter] is the way in.
@NullMarked
package io.margay.datastore.cluster;

import org.jspecify.annotations.NullMarked;
