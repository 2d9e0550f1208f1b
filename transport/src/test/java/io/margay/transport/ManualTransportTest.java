package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.loop.Transport;
import io.margay.loop.manual.ManualEventLoop;
import io.margay.loop.manual.ManualNetwork;
import io.margay.net.IpAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/// The network in memory keeps the contract too, so tests on it mean something.
class ManualTransportTest extends TransportContract {

  private final ManualEventLoop loop = new ManualEventLoop();
  private final ManualNetwork network = new ManualNetwork(loop, Duration.ofMillis(1), 1);

  @Override
  Transport transport(IpAddress host) {
    return network.transport(host);
  }

  @Override
  <T> T onLoop(Callable<T> task) throws Exception {
    T result = task.call();
    loop.runReady();
    return result;
  }

  @Override
  void await(BooleanSupplier condition) {
    assertThat(loop.advanceUntil(condition, Duration.ofMinutes(1))).isTrue();
  }
}
