package io.margay.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstantiationException;

/// Runs each test, its `@BeforeEach` and its `@AfterEach` on a thread that has a new network
/// namespace to itself (unshare(2), `CLONE_NEWNET`), with `lo` up. The thread ends with the test,
/// and the namespace with the last thread, socket or process in it: no other thread ever enters.
///
/// (Threads are started by threads, and inherit their namespace: a test must not be the first to
/// use a pool. The one exception is the JDK's pool of threads that wait for child processes to
/// end.)
///
/// Programs that the test starts are in the namespace too, since a child process starts as a copy
/// of the thread that asks for it. Not in it are the constructor and field initialisers of the
/// test.
final class FreshNetworkNamespace
    implements BeforeEachCallback, AfterEachCallback, InvocationInterceptor {

  private static final Namespace STORE = Namespace.create(FreshNetworkNamespace.class);
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int EPERM = 1;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    Installed.assume("ip");
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("netns of " + context.getDisplayName()).factory());
    context.getStore(STORE).put("thread", thread);
    int errno = thread.submit(FreshNetworkNamespace::unshare).get();
    Assumptions.assumeFalse(
        errno == EPERM,
        "skipped: a network namespace takes CAP_SYS_ADMIN; run as root, or under 'unshare"
            + " --map-root-user --net --mount'");
    if (errno != 0) {
      throw new TestInstantiationException("unshare(CLONE_NEWNET) failed with errno " + errno);
    }
    thread.submit(() -> IpCommand.run("link set lo up")).get();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ExecutorService thread = context.getStore(STORE).remove("thread", ExecutorService.class);
    if (thread != null) {
      thread.close();
    }
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    inNamespace(invocation, context);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    inNamespace(invocation, context);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    inNamespace(invocation, context);
  }

  private static void inNamespace(Invocation<Void> invocation, ExtensionContext context)
      throws Throwable {
    ExecutorService thread = context.getStore(STORE).get("thread", ExecutorService.class);
    Future<Throwable> outcome =
        thread.submit(() -> {
          try {
            invocation.proceed();
            return null;
          } catch (Throwable t) {
            return t;
          }
        });
    Throwable thrown;
    try {
      thrown = outcome.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
    if (thrown != null) {
      throw thrown;
    }
  }

  /// Moves the current thread; 0 or the error number.
  private static int unshare() {
    Linker linker = Linker.nativeLinker();
    MethodHandle unshare =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unshare"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT),
            Linker.Option.captureCallState("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      if ((int) unshare.invokeExact(state, CLONE_NEWNET) == 0) {
        return 0;
      }
      return (int)
          Linker.Option.captureStateLayout()
              .varHandle(PathElement.groupElement("errno"))
              .get(state, 0L);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
