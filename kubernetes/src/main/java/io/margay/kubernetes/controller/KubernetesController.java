package io.margay.kubernetes.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.SyncListener;
import io.margay.datastore.Syncer;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.PodConversion;
import io.margay.loop.EventLoop;
import io.margay.model.ResourceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the pods, namespaces, network policies and nodes of a Kubernetes API server, and keeps
/// the datastore's policies, profiles and labels true to them.
///
/// Until both sides have been read completely nothing is written, so a half-known cluster deletes
/// nothing. When either side is away, what is in force stays.
public final class KubernetesController implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KubernetesController.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final Duration period;
  private final KubernetesPicture kubernetes;
  private final DatastorePicture stored = new DatastorePicture();
  private final Reconciler reconciler;
  private final GarbageCollection garbage;
  private final Syncer syncer;
  private final List<Followed<?>> followed = new ArrayList<>();

  private boolean datastoreInSync;
  private boolean kubernetesInSync;
  private boolean runScheduled;
  private boolean laterScheduled;
  private boolean complained;

  /// @param period how often everything is compared, events or not
  /// @param grace how long an owner must be missing before what it owned is taken away
  /// @param loop owns the controller's state
  public KubernetesController(
      KubernetesClient client,
      Datastore datastore,
      Naming naming,
      Duration period,
      Duration grace,
      EventLoop loop) {
    this.loop = loop;
    this.period = period;
    this.kubernetes = new KubernetesPicture(naming);
    this.reconciler = new Reconciler(kubernetes, stored, datastore, naming);
    this.garbage =
        new GarbageCollection(
            kubernetes, stored, datastore, new ClientApiServer(client), grace, loop::nanoTime);
    this.syncer = new Syncer(datastore, new DatastoreNews());
    followed.add(
        new Followed<>(
            client.network().v1().networkPolicies().inAnyNamespace().runnableInformer(0),
            policy -> reconciler.policyIsDirty(kubernetes.put(policy)),
            policy -> reconciler.policyIsDirty(kubernetes.remove(policy))));
    followed.add(
        new Followed<>(
            client.namespaces().runnableInformer(0),
            namespace -> reconciler.profileIsDirty(kubernetes.put(namespace)),
            namespace -> reconciler.profileIsDirty(kubernetes.remove(namespace))));
    followed.add(
        new Followed<>(
            client.pods().inAnyNamespace().runnableInformer(0),
            this::podChanged,
            pod -> podNews(kubernetes.remove(pod))));
    followed.add(
        new Followed<>(
            client.nodes().runnableInformer(0),
            node -> {
              kubernetes.putNode(node.getMetadata().getName());
              garbage.nodeSeen(node.getMetadata().getName());
            },
            node -> kubernetes.removeNode(node.getMetadata().getName())));
  }

  /// Asks the API server itself.
  private record ClientApiServer(KubernetesClient client) implements ApiServer {
    @Override
    public Optional<String> nodeOfPod(String namespace, String name) {
      return Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
          .map(PodConversion::node);
    }

    @Override
    public boolean hasNode(String name) {
      return client.nodes().withName(name).get() != null;
    }
  }

  /// To be called once.
  public void start() {
    syncer.start();
    followed.forEach(Followed::start);
    loop.schedule(period, this::lookAtEverything);
  }

  private void informerStarted(@Nullable Throwable failure) {
    if (failure != null) {
      log.error("An informer ended: {}. Restart this process.", failure.getMessage());
      return;
    }
    if (!kubernetesInSync && followed.stream().allMatch(Followed::isComplete)) {
      followed.forEach(Followed::takeAll);
      kubernetesInSync = true;
      log.info("Kubernetes is known completely");
      reconciler.everythingIsDirty();
      scheduleRun();
    }
  }

  /// One kind of object. Events come some time after the informer's store has changed, so it is the
  /// store that says how an object is now, and what there is at the start.
  private final class Followed<T extends HasMetadata> implements ResourceEventHandler<T> {

    private final SharedIndexInformer<T> informer;
    private final Consumer<T> put;
    private final Consumer<T> remove;

    Followed(SharedIndexInformer<T> informer, Consumer<T> put, Consumer<T> remove) {
      this.informer = informer;
      this.put = put;
      this.remove = remove;
    }

    void start() {
      informer.addEventHandler(this);
      // Informers list and watch again by themselves, for ever, whatever the reason of the failure.
      informer.exceptionHandler((_, thrown) -> {
        log.warn(
            "The Kubernetes API cannot be followed: {}. What is in force stays; trying again.",
            thrown.getMessage());
        return true;
      });
      var _ =
          informer
              .start()
              .whenComplete((_, failure) -> loop.execute(() -> informerStarted(failure)));
    }

    boolean isComplete() {
      return informer.hasSynced();
    }

    void takeAll() {
      informer.getStore().list().forEach(put);
    }

    @Override
    public void onAdd(T object) {
      changed(object);
    }

    @Override
    public void onUpdate(T before, T now) {
      changed(now);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      changed(object);
    }

    private void changed(T object) {
      loop.execute(() -> {
        T now = informer.getStore().get(object);
        if (now == null) {
          remove.accept(object);
        } else {
          put.accept(now);
        }
        scheduleRun();
      });
    }

    void close() {
      informer.close();
    }
  }

  private void podChanged(Pod pod) {
    podNews(PodConversion.hasEndpoint(pod) ? kubernetes.put(pod) : kubernetes.remove(pod));
  }

  private void podNews(KubernetesPicture.PodNews news) {
    reconciler.workloadIsDirty(news.workload());
    if (news.namedPortsChanged()) {
      reconciler.everyPolicyIsDirty();
    }
  }

  private final class DatastoreNews implements SyncListener {
    @Override
    public void onUpdates(List<SyncUpdate> updates) {
      loop.execute(() -> {
        for (SyncUpdate update : updates) {
          ResourceKey key = stored.update(update);
          if (key != null) {
            reconciler.isDirty(key);
          }
        }
        scheduleRun();
      });
    }

    @Override
    public void onStatus(Status status) {
      loop.execute(() -> {
        datastoreInSync = status == Status.IN_SYNC;
        if (datastoreInSync) {
          log.info("The datastore is known completely");
          reconciler.everythingIsDirty();
          scheduleRun();
        }
      });
    }
  }

  /// Events that are waiting are taken together.
  private void scheduleRun() {
    if (!runScheduled) {
      runScheduled = true;
      loop.execute(this::run);
    }
  }

  private boolean isInSync() {
    return datastoreInSync && kubernetesInSync && isCluster();
  }

  /// Every cluster has namespaces of its own (`kube-system`). A server that has none was emptied,
  /// or is the wrong one, and what it lacks was not deleted by anybody.
  private boolean isCluster() {
    if (kubernetes.profileNames().isEmpty()) {
      if (!complained) {
        log.warn(
            "The Kubernetes API has no namespace at all, as if it had been emptied. What is in force"
                + " stays until there is one.");
        complained = true;
      }
      return false;
    }
    return true;
  }

  private void run() {
    runScheduled = false;
    if (isInSync()) {
      guarded(reconciler::run);
      if (reconciler.isUnsettled()) {
        runLater();
      }
    }
  }

  private void runLater() {
    if (!laterScheduled) {
      laterScheduled = true;
      loop.schedule(
          RETRY,
          () -> {
            laterScheduled = false;
            scheduleRun();
          });
    }
  }

  private void lookAtEverything() {
    loop.schedule(period, this::lookAtEverything);
    if (isInSync()) {
      reconciler.everythingIsDirty();
      guarded(reconciler::run);
      guarded(garbage::run);
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
      complained = false;
    } catch (DatastoreException | KubernetesClientException e) {
      if (!complained) {
        log.warn("{} What is in force stays; trying again.", e.getMessage());
        complained = true;
      }
      runLater();
    }
  }

  @Override
  public void close() {
    followed.forEach(Followed::close);
    syncer.close();
  }
}
