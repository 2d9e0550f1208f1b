/// `margay node show`: what an agent holds and why, with the kernel's own counters.
///
/// ```
///   ShowCommand ──"show policy NAME"──> ReportServer ──> ShowAnswers ──asks──> dataplane loop
///               <──one JSON object────                       └──iptables-save --counters──> kernel
/// ```
@NullMarked
package io.margay.agent.show;

import org.jspecify.annotations.NullMarked;
