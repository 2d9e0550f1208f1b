/// How an agent tells others on its host how it is: a unix socket in its run directory.
///
/// ```
///   calicoctl node status ──"report\n"──> ReportServer ──asks──> the agent's loops
///                         <──one JSON object── NodeReport <──────┘
/// ```
///
/// One connection is one question. [io.margay.agent.report.NodeReport] is the answer; fields that a
/// reader does not know it passes over, so both sides may be of different versions.
@NullMarked
package io.margay.agent.report;

import org.jspecify.annotations.NullMarked;
