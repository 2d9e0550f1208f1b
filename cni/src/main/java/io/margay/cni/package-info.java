/// The plugins `calico` and `calico-ipam` of the container network interface
/// (<https://www.cni.dev/docs/spec/>): parse, ask the agent, print. A plugin is started for each
/// container that comes or goes, so it uses nothing but the JDK, and as little of that as will do.
///
/// ```
///   runtime ──CNI_*, configuration──> Plugin ──AgentConversation──> the agent's socket
///           <──result or error──────────┘  └──OtherPlugin──> host-local, ...
/// ```
///
/// What is said to the agent is one JSON object a line. The plugin begins:
/// `{"plugin":"calico","environment":{"CNI_COMMAND":"ADD",...},"config":"..."}`. The agent may have
/// it run another plugin,
/// `{"run":{"type":"host-local","command":"ADD","args":"...","config":"..."}}`, and is told what
/// came of it, `{"exitCode":0,"stdout":"...","stderr":"..."}`. It ends with
/// `{"exitCode":0,"stdout":"..."}`, and may say how long the parts of an ADD took, in `nanos`.
@NullMarked
package io.margay.cni;

import org.jspecify.annotations.NullMarked;
