/// Moves a cluster's datastore from one backend to another:
/// [io.margay.datastore.migration.Migration].
@NullMarked
package io.margay.datastore.migration;

import org.jspecify.annotations.NullMarked;
