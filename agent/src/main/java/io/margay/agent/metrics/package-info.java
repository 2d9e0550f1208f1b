/// What the agent counts, under Felix's names where Felix counts it too: docs/operating.md has the
/// list. Start with [io.margay.agent.metrics.AgentMetrics].
@NullMarked
package io.margay.agent.metrics;

import org.jspecify.annotations.NullMarked;
