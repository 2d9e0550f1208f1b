package io.margay.calc;

import io.margay.calc.output.NodeUpdate;
import io.margay.datastore.Key;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns the state of the cluster into what one node should hold.
///
/// What it has told in all, at any flush, is a function of the current values alone: no order of
/// updates, and no state in between, shows in it. So the result after a restart is the result
/// before.
///
/// One thread at a time may call it. It does not wait and does not act by itself: the caller passes
/// on what it hears from the datastore, and flushes when it likes to, but not before the datastore
/// is in sync, since half a cluster's policy would be a policy nobody wrote.
public final class CalculationGraph {

  private final Dispatcher dispatcher;
  private final ActivePolicies activePolicies;
  private final ActiveProfiles activeProfiles;
  private final RuleScanner ruleScanner;
  private final IpSetMembership ipSetMembership;
  private final PolicyOrder policyOrder;
  private final EventSequencer sequencer;

  /// Wires the graph from its end to its start, as each calculation is given those that it tells.
  ///
  /// @param nodeName the node whose endpoints are local
  public CalculationGraph(String nodeName) {

    // All results meet in the sequencer. It holds back what changes until the flush, drops what the
    // reader has already, and puts the rest in an order in which nothing refers to what is missing.
    sequencer = new EventSequencer();

    // An endpoint's chains ask its policies one after the other. This sorts those that match each
    // local endpoint; only here are `order` and `doNotTrack` of interest.
    policyOrder = new PolicyOrder(sequencer);

    // A rule may name its peers by selector or tag; the kernel knows them by address. This follows
    // every endpoint of the cluster, and keeps the addresses of those that match each set in use.
    // It is where a large cluster's updates end up, nearly all of them without any result.
    ipSetMembership = new IpSetMembership(sequencer);

    // Which sets are in use follows from the rules that are. This reads those rules, replaces
    // selectors and tags by ids of sets, and counts the users of each set.
    ruleScanner = new RuleScanner(ipSetMembership, sequencer);

    // A node holds only policies that select one of its endpoints, of the thousands there may be.
    // This matches the selectors of all policies with the labels of the local endpoints.
    activePolicies = new ActivePolicies(policyOrder, ruleScanner);

    // Likewise it holds only profiles that its endpoints name. One that does not exist denies.
    activeProfiles = new ActiveProfiles(ruleScanner);

    // Where VXLAN tunnels end: what a node's own entry and its settings say, put together.
    Vteps vteps = new Vteps(nodeName, sequencer);

    // Everything comes in here. Endpoints of other nodes go to the membership alone; the nodes'
    // addresses and the pools need no calculation and go straight to the sequencer.
    dispatcher =
        new Dispatcher(
            nodeName,
            activePolicies,
            activeProfiles,
            policyOrder,
            ipSetMembership,
            vteps,
            sequencer);
  }

  /// Takes in one value of the datastore.
  ///
  /// @param value null if the key is gone, or its value cannot be understood
  public void onUpdate(Key<?> key, @Nullable Object value) {
    dispatcher.onUpdate(key, value);
  }

  /// Tells what has changed since the last flush, in the order that [NodeUpdate] states. Says
  /// nothing if nothing has.
  public void flush(Consumer<NodeUpdate> out) {
    activePolicies.settle();
    activeProfiles.settle();
    ruleScanner.settle();
    policyOrder.settle();
    sequencer.flush(out);
  }

  /// How much there is of everything, as of the last flush.
  public GraphCounts counts() {
    return new GraphCounts(
        ipSetMembership.workloadEndpointCount(),
        ipSetMembership.hostEndpointCount(),
        policyOrder.localEndpointCount(),
        activePolicies.policyCount(),
        sequencer.policyCount(),
        activeProfiles.profileCount(),
        sequencer.profileCount(),
        ipSetMembership.ipSetCount(),
        ipSetMembership.memberCount(),
        sequencer.hostAddressCount(),
        sequencer.poolCount());
  }
}
