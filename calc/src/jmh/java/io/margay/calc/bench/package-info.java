/// How fast the calculation graph is, by JMH.
///
/// Run by `build/measure-calc`, which compiles it too: JMH is no part of the build.
/// [CalculationBenchmark] says what is measured, [Cluster] on what.
@NullMarked
package io.margay.calc.bench;

import org.jspecify.annotations.NullMarked;
