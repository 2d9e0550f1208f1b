package io.margay.lab;

import io.margay.net.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The members of a lab's etcd, as processes in the namespace of the switch.
///
/// Each is a machine of its own to the others, by its ports. They hear of a lost leader in half a
/// second, as members in one room would.
///
/// @param address of the switch
record LabEtcd(LabDatastore.Etcd shape, Holder holder, Path root, IpAddress address) {

  /// The words that start a member, with the data it has by now.
  List<String> words(int member) {
    String client = LabDatastore.Etcd.url(address, LabDatastore.Etcd.clientPort(member));
    String peer = peer(member);
    return holder.enter(
        List.of(
            "etcd",
            "--name=" + name(member),
            "--data-dir=" + root.resolve(name(member)),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster="
                + IntStream.range(0, shape.members())
                    .mapToObj(i -> name(i) + "=" + peer(i))
                    .collect(Collectors.joining(",")),
            "--initial-cluster-state=new",
            "--heartbeat-interval=50",
            "--election-timeout=500",
            "--logger=zap",
            "--enable-v2=true"));
  }

  /// What a member says.
  Path log(int member) {
    return root.resolve(name(member) + ".log");
  }

  static String name(int member) {
    return "etcd" + (member + 1);
  }

  private String peer(int member) {
    return LabDatastore.Etcd.url(address, LabDatastore.Etcd.peerPort(member));
  }

  /// Waits until every member says that the cluster works.
  void awaitHealthy() {
    List<String> command = new ArrayList<>(JavaProgram.words(EtcdHealth.class));
    command.addAll(shape.endpoints(address));
    Command.run(holder.enter(command), "").orThrow("starting etcd");
  }
}
