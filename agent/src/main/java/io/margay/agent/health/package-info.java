/// Whether the agent is well, for those who would restart it or send it work, and the pages that
/// tell. [io.margay.agent.health.AgentHealth] holds what is known,
/// [io.margay.agent.health.AgentPages] serves it.
@NullMarked
package io.margay.agent.health;

import org.jspecify.annotations.NullMarked;
