/// What writing and deleting a resource means for the rest of a cluster: a node brings the cluster
/// into being and takes its addresses and endpoints along; a pool takes along its blocks. Start at
/// [io.margay.cluster.ResourceWriter].
@NullMarked
package io.margay.cluster;

import org.jspecify.annotations.NullMarked;
