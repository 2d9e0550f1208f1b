package io.margay.bench.reflection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All clients of one reflector, on one thread, and the stopwatch.
///
/// A phase begins just before the first octet is written, and ends when the last client has read
/// what it waits for. What every client holds is then compared, route by route, with what is
/// announced.
final class Load implements AutoCloseable {

  /// What was to happen has not happened, or something else has.
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }

  /// Sessions under way at once. Some daemons listen with a backlog of 5, and a SYN that is dropped
  /// costs a second.
  private static final int CONNECTING = 4;

  private static final Duration RETRY = Duration.ofMillis(20);
  private static final Duration KEEPALIVE = Duration.ofSeconds(20);
  private static final int READ_BUFFER = 1 << 18;

  private final Plan plan;
  private final InetSocketAddress reflector;
  private final Duration limit;
  private final Selector selector;
  private final List<LoadClient> clients = new ArrayList<>();
  private final BitSet announced;
  private final byte[] buffer = new byte[READ_BUFFER];

  /// How many routes each client announces at the moment, and all together.
  private final int[] own;

  private int all;
  private Predicate<LoadClient> isDone = _ -> true;
  private int notDone;
  private long keepaliveNanos = System.nanoTime();

  /// Set while single changes are timed.
  private long @Nullable [] receipts;

  private int receiptCount;
  private long changedNanos;

  /// Clients that are not connected.
  ///
  /// @param limit of each phase
  Load(Plan plan, InetSocketAddress reflector, Duration limit) throws IOException {
    this.plan = plan;
    this.reflector = reflector;
    this.limit = limit;
    this.selector = Selector.open();
    this.announced = new BitSet(plan.of().routes());
    this.own = new int[plan.of().clients()];
    for (int i = 0; i < plan.of().clients(); i++) {
      clients.add(new LoadClient(plan, i, selector));
    }
  }

  /// Establishes all sessions.
  Duration establish() throws IOException {
    long begin = System.nanoTime();
    await(LoadClient::isEstablished, new ArrayDeque<>(clients), begin);
    return since(begin);
  }

  /// Has every client announce all it has.
  Duration announceAll() throws IOException {
    set(0, plan.of().routes(), true);
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      messages.add(ClientMessages.announce(i, plan.firstRoute(i), plan.firstRoute(i + 1)));
    }
    return said(messages);
  }

  /// Has every client withdraw all it has.
  Duration withdrawAll() throws IOException {
    set(0, plan.of().routes(), false);
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      messages.add(ClientMessages.withdraw(plan.firstRoute(i), plan.firstRoute(i + 1)));
    }
    return said(messages);
  }

  /// What the clients say is made before the clock starts.
  private Duration said(List<byte[]> messages) throws IOException {
    long begin = System.nanoTime();
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).write(messages.get(i));
    }
    return converged(begin);
  }

  /// Cuts one client's connection.
  ///
  /// @return the time until all others have lost its routes
  Duration loseClient(int client) throws IOException {
    set(plan.firstRoute(client), plan.firstRoute(client + 1), false);
    LoadClient lost = clients.get(client);
    long begin = System.nanoTime();
    lost.reset();
    await(each -> each == lost || isConverged(each), new ArrayDeque<>(), begin);
    Duration time = since(begin);
    check(lost);
    return time;
  }

  /// Has clients in turn withdraw one route and announce it again, each change after all have seen
  /// the one before.
  ///
  /// @param most how many times, unless `budget` is over before
  /// @return how long each receiver waited for each change, sorted
  long[] changes(int most, Duration budget) throws IOException {
    int others = clients.size() - 1;
    long[] times = new long[2 * most * others];
    receipts = times;
    receiptCount = 0;
    long begin = System.nanoTime();
    for (int k = 0; k < most && since(begin).compareTo(budget) < 0; k++) {
      int client = k % clients.size();
      int route = plan.firstRoute(client) + k / clients.size() % plan.of().prefixes();
      change(client, route, false);
      change(client, route, true);
    }
    receipts = null;
    long[] sorted = Arrays.copyOf(times, receiptCount);
    Arrays.sort(sorted);
    return sorted;
  }

  private void change(int client, int route, boolean announce) throws IOException {
    byte[] message =
        announce
            ? ClientMessages.announce(client, route, route + 1)
            : ClientMessages.withdraw(route, route + 1);
    set(route, route + 1, announce);
    LoadClient changing = clients.get(client);
    changedNanos = System.nanoTime();
    changing.write(message);
    await(
        each -> each == changing || each.updates().holds(route) == announce,
        new ArrayDeque<>(),
        changedNanos);
  }

  private Duration converged(long begin) throws IOException {
    await(this::isConverged, new ArrayDeque<>(), begin);
    Duration time = since(begin);
    check(null);
    return time;
  }

  /// Counting is enough while one waits; [#check] looks closely.
  private boolean isConverged(LoadClient client) {
    return client.updates().count() == all - own[client.number()];
  }

  /// Notes which routes are announced from now on.
  private void set(int from, int to, boolean announce) {
    for (int route = from; route < to; route++) {
      if (announced.get(route) != announce) {
        announced.set(route, announce);
        int by = announce ? 1 : -1;
        own[plan.ownerOf(route)] += by;
        all += by;
      }
    }
  }

  private void check(@Nullable LoadClient butNot) {
    for (int i = 0; i < clients.size(); i++) {
      for (int route = 0; route < plan.of().routes() && clients.get(i) != butNot; route++) {
        boolean expected = announced.get(route) && plan.ownerOf(route) != i;
        if (clients.get(i).updates().holds(route) != expected) {
          throw new Failed(
              "client %d %s route %d"
                  .formatted(i, expected ? "does not hold" : "still holds", route));
        }
      }
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /// Turns the loop until `condition` holds for every client.
  ///
  /// @param toConnect clients that have no connection yet, in the order in which they get one
  private void await(Predicate<LoadClient> condition, Deque<LoadClient> toConnect, long begin)
      throws IOException {
    isDone = condition;
    notDone = 0;
    for (LoadClient client : clients) {
      client.done = condition.test(client);
      notDone += client.done ? 0 : 1;
    }
    while (notDone > 0) {
      Duration rest = limit.minus(since(begin));
      if (rest.isNegative()) {
        throw new Failed(
            "not within %d s: %d of %d clients wait"
                .formatted(limit.toSeconds(), notDone, clients.size()));
      }
      connectSome(toConnect);
      selector.select(key -> serve(key, toConnect), RETRY.toMillis());
      keepAlive();
    }
  }

  private void connectSome(Deque<LoadClient> toConnect) throws IOException {
    if (toConnect.isEmpty()) {
      return;
    }
    int connecting = 0;
    for (LoadClient client : clients) {
      connecting += client.isConnecting() ? 1 : 0;
    }
    while (connecting < CONNECTING && !toConnect.isEmpty()) {
      toConnect.remove().connect(reflector);
      connecting++;
    }
  }

  private void serve(SelectionKey key, Deque<LoadClient> toConnect) {
    LoadClient client = (LoadClient) key.attachment();
    try {
      if (key.isConnectable()) {
        connected(client, toConnect);
        return;
      }
      if (key.isWritable()) {
        client.flush();
      }
      if (key.isReadable()) {
        client.read(buffer);
        look(client);
      }
    } catch (LoadClient.SessionLost e) {
      tryAgain(client, toConnect, e);
    } catch (IOException | ReflectedUpdates.Wrong e) {
      throw new Failed(String.valueOf(e.getMessage()));
    }
  }

  /// A daemon may not be ready for its clients at first. Later it must not lose one.
  private static void tryAgain(
      LoadClient client, Deque<LoadClient> toConnect, LoadClient.SessionLost lost) {
    if (client.isEstablished()) {
      throw new Failed(String.valueOf(lost.getMessage()));
    }
    try {
      client.close();
    } catch (IOException _) {
      // Gone is gone.
    }
    toConnect.addLast(client);
  }

  private static void connected(LoadClient client, Deque<LoadClient> toConnect) {
    try {
      client.finishConnect();
    } catch (IOException _) {
      // The daemon is not there yet.
      toConnect.addFirst(client);
    }
  }

  private void look(LoadClient client) {
    if (!client.done && isDone.test(client)) {
      client.done = true;
      notDone--;
      long[] times = receipts;
      if (times != null) {
        times[receiptCount++] = System.nanoTime() - changedNanos;
      }
    }
  }

  private void keepAlive() throws IOException {
    if (System.nanoTime() - keepaliveNanos > KEEPALIVE.toNanos()) {
      keepaliveNanos = System.nanoTime();
      for (LoadClient client : clients) {
        if (client.isEstablished()) {
          client.write(ClientMessages.keepalive());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (LoadClient client : clients) {
      client.close();
    }
    selector.close();
  }
}
