package io.margay.attach;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;
import io.margay.kernel.namespace.NetworkNamespace;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Stands before the kernel and the datastore, counts the calls, and fails one of them: before it
/// is carried out, or after.
final class Faults {

  enum When {
    BEFORE,
    AFTER
  }

  private int calls;
  private int failing;
  private When when = When.BEFORE;
  private final List<String> failed = new ArrayList<>();

  /// Fails the call of that number, counted from now on.
  void fail(int number, When when) {
    this.calls = 0;
    this.failing = number;
    this.when = when;
    failed.clear();
  }

  void none() {
    failing = 0;
  }

  /// What failed since [#fail]; empty if there were not so many calls.
  List<String> failed() {
    return List.copyOf(failed);
  }

  <T> T before(Class<T> type, T real) {
    InvocationHandler handler = new Handler(real);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private final class Handler implements InvocationHandler {

    private final Object real;

    Handler(Object real) {
      this.real = real;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      boolean counts =
          !List.of("close", "isOwn").contains(method.getName())
              && !isOfKernel(method.getReturnType());
      boolean fails = counts && ++calls == failing;
      if (fails && when == When.BEFORE) {
        throw fault(method);
      }
      Object answer;
      try {
        answer = method.invoke(real, unwrapped(arguments));
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
      if (fails) {
        throw fault(method);
      }
      return wrapped(method, answer);
    }

    private RuntimeException fault(Method method) {
      failed.add(method.getDeclaringClass().getSimpleName() + "." + method.getName());
      return real instanceof Datastore
          ? new DatastoreException.Unavailable(DatastoreError.STORE_IO, "a fault of the test")
          : new KernelException("a fault of the test");
    }
  }

  /// The real kernel wants its own objects.
  private static Object[] unwrapped(Object[] arguments) {
    if (arguments == null) {
      return new Object[0];
    }
    Object[] real = arguments.clone();
    for (int i = 0; i < real.length; i++) {
      if (real[i] != null
          && Proxy.isProxyClass(real[i].getClass())
          && Proxy.getInvocationHandler(real[i]) instanceof Handler handler) {
        real[i] = handler.real;
      }
    }
    return real;
  }

  private Object wrapped(Method method, Object answer) {
    if (answer instanceof Optional<?> optional
        && optional.orElse(null) instanceof NetworkNamespace namespace) {
      return Optional.of(before(NetworkNamespace.class, namespace));
    }
    Class<?> type = method.getReturnType();
    return isOfKernel(type) ? before(raw(type), answer) : answer;
  }

  /// Whether it is a way to the kernel, and no call of it yet.
  private static boolean isOfKernel(Class<?> type) {
    return type.isInterface() && type.getName().startsWith("io.margay.kernel.");
  }

  @SuppressWarnings("unchecked")
  private static Class<Object> raw(Class<?> type) {
    return (Class<Object>) type;
  }
}
