/// Time and network under a test's hand.
///
/// [io.margay.loop.manual.ManualEventLoop] is an event loop whose clock moves only when told;
/// [io.margay.loop.manual.ManualNetwork] is a [io.margay.loop.Transport] for any number of hosts on
/// such a loop. Together they run several speakers, byte for byte and in one order every time, in
/// one thread.
@NullMarked
package io.margay.loop.manual;

import org.jspecify.annotations.NullMarked;
