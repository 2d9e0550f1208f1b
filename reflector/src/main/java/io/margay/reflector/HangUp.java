package io.margay.reflector;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SIGHUP, by which daemons are told to read their configuration again (daemon(7)).
///
/// The JDK has signals only in `sun.misc`, which is there to stay (JEP 260) but makes the compiler
/// warn; hence reflection.
final class HangUp {

  private static final Logger log = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /// Has `action` run on a thread of its own at each SIGHUP from now on.
  static void handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, _) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object hup = signal.getConstructor(String.class).newInstance("HUP");
      signal.getMethod("handle", signal, handler).invoke(null, hup, handling);
    } catch (ReflectiveOperationException e) {
      log.warn("SIGHUP will not have the configuration read again: {}", e.toString());
    }
  }
}
