/// Route reflectors side by side: ours and other makers', each started in turn, fed by the same
/// clients, and timed.
///
/// ```
///   ReflectionBench ──BenchCase──> RunningDaemon (a process: margay reflector, bird, bgpd ...)
///        │                              ↑ TCP, one session a client
///        └──phase──> Load ──> LoadClient ┘ ──UPDATE──> ReflectedUpdates: what it says, and whether it may
///                     └──Measurement──> ResultTable
/// ```
///
/// Start with [io.margay.bench.reflection.Load], which is the stopwatch. The clients share no code
/// with the speaker that they measure: a mistake in the one does not hide in the other.
@NullMarked
package io.margay.bench.reflection;

import org.jspecify.annotations.NullMarked;
