/// Who runs what, when and for how long: the event loop that owns a piece of state, the clock it
/// reads, the byte transport it speaks through, and the request to stop.
///
/// Code written against [io.margay.loop.EventLoop] runs unchanged on a thread
/// ([io.margay.loop.ThreadEventLoop]) and under a test's hand, where time moves only when the test
/// says so.
@NullMarked
package io.margay.loop;

import org.jspecify.annotations.NullMarked;
