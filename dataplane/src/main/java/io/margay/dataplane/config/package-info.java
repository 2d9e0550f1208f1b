/// What an operator can set about the dataplane.
///
/// [io.margay.dataplane.config.DataplaneConfig] is what rendering and the driver need;
/// [io.margay.dataplane.config.FelixConfig] reads all Felix parameters from where they are set and
/// resolves to it.
@NullMarked
package io.margay.dataplane.config;

import org.jspecify.annotations.NullMarked;
