/// Keeps the datastore true to what a Kubernetes API server says.
///
/// ```
///   API server ──informers──> KubernetesPicture ──desired──┐
///                                                          ├─> Reconciler ──writes──> Datastore
///   Datastore ───Syncer─────> DatastorePicture ──actual────┘        │
///                                                                   └─> GarbageCollection
/// ```
///
/// [io.margay.kubernetes.controller.KubernetesController] wires it. Everything but the two readers
/// runs on one event loop. The controller is level-triggered: an event only says what to look at,
/// and what is written follows from the two pictures as they are, so a missed, doubled or late
/// event does no harm, and what someone else changed is put back.
@NullMarked
package io.margay.kubernetes.controller;

import org.jspecify.annotations.NullMarked;
