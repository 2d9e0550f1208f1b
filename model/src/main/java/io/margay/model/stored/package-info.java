/// The values under which resources lie in the datastore: JSON with the field names of Calico v1.1,
/// so that data of either reads in the other.
///
/// ```
///   Resource ──StoredCodec.encode…──> String ──> datastore ──> String ──StoredCodec.decode…──> Resource
/// ```
///
/// Which key a value lies under is the datastore's matter. Reading skips fields it does not know
/// and is strict about those it knows: a value that does not say clearly what is wanted is refused
/// as a whole with an [io.margay.model.stored.InvalidStoredValueException], and whoever enforces
/// policy then acts as if the resource were absent, which lets nothing through.
@NullMarked
package io.margay.model.stored;

import org.jspecify.annotations.NullMarked;
