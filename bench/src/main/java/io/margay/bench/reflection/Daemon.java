package io.margay.bench.reflection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// A route reflector that can be measured, and how it is configured: at its best, with nothing but
/// N clients of one AS in one group, without the kernel's routes.
enum Daemon {
  MARGAY("Margay") {
    @Override
    Path program(Path home) {
      return home.resolve("bin/margay");
    }

    @Override
    List<String> command(Run run) {
      return List.of(
          program(run.home()).toString(),
          "reflector",
          "--listen",
          LISTEN + ":" + run.port(),
          "--as",
          String.valueOf(Plan.AS),
          "--router-id",
          ROUTER_ID,
          "--accept-clients",
          "127.1.0.0/16");
    }
  },

  BIRD2("BIRD 2") {
    @Override
    Path program(Path home) {
      return Path.of("/usr/sbin/bird");
    }

    @Override
    List<String> command(Run run) throws IOException {
      String template =
          """
          router id %s;
          protocol device { scan time 3600; }
          template bgp clients {
            local %s port %d as %d;
            multihop; passive; rr client; rr cluster id %s; hold time 90;
            ipv4 { import all; export all; next hop keep; gateway recursive; };
          }
          """
              .formatted(ROUTER_ID, LISTEN, run.port(), Plan.AS, ROUTER_ID);
      return bird(run, template);
    }
  },

  BIRD16("BIRD 1.6") {
    @Override
    Path program(Path home) {
      return unpacked(home, "bird", "usr/sbin/bird");
    }

    @Override
    List<String> command(Run run) throws IOException {
      String template =
          """
          router id %s;
          listen bgp address %s port %d;
          protocol device { scan time 3600; }
          template bgp clients {
            local %s as %d;
            multihop; passive on; rr client; rr cluster id %s; hold time 90;
            import all; export all; next hop keep; gateway recursive;
          }
          """
              .formatted(ROUTER_ID, LISTEN, run.port(), LISTEN, Plan.AS, ROUTER_ID);
      return bird(run, template);
    }
  },

  FRR("FRR, coalesce-time 0") {
    @Override
    Path program(Path home) {
      return unpacked(home, "frr", "usr/lib/frr/bgpd");
    }

    @Override
    List<String> command(Run run) throws IOException {
      return frr(run, " coalesce-time 0");
    }
  },

  FRR_DEFAULT("FRR") {
    @Override
    Path program(Path home) {
      return FRR.program(home);
    }

    @Override
    List<String> command(Run run) throws IOException {
      return frr(run, "");
    }
  },

  OPENBGPD("OpenBGPD") {
    @Override
    Path program(Path home) {
      return unpacked(home, "openbgpd", "usr/sbin/bgpd");
    }

    @Override
    List<String> command(Run run) throws IOException {
      String head =
          """
          AS %d
          router-id %s
          fib-update no
          listen on %s port %d
          socket "%s/bgpd.sock"
          holdtime 90
          nexthop qualify via default
          group clients {
            remote-as %d
            route-reflector %s
            passive
            local-address %s
            announce IPv4 unicast
          """
              .formatted(
                  Plan.AS,
                  ROUTER_ID,
                  LISTEN,
                  run.port(),
                  run.directory(),
                  Plan.AS,
                  ROUTER_ID,
                  LISTEN);
      String each =
          run.each(client -> "  neighbor %s { descr client }%n".formatted(Plan.source(client)));
      Path file = run.write("bgpd.conf", head + each + "}\nallow from any\nallow to any\n");
      // It insists that nobody else can read it.
      file.toFile().setReadable(false, false);
      file.toFile().setReadable(true, true);
      return List.of(program(run.home()).toString(), "-d", "-f", file.toString());
    }
  },

  GOBGP("GoBGP") {
    @Override
    Path program(Path home) {
      return unpacked(home, "gobgpd", "usr/bin/gobgpd");
    }

    @Override
    List<String> command(Run run) throws IOException {
      String head =
          """
          [global.config]
            as = %d
            router-id = "%s"
            port = %d
            local-address-list = ["%s"]
          [[peer-groups]]
            [peer-groups.config]
              peer-group-name = "clients"
              peer-as = %d
            [peer-groups.timers.config]
              hold-time = 90
              keepalive-interval = 30
            [peer-groups.transport.config]
              passive-mode = true
            [peer-groups.route-reflector.config]
              route-reflector-client = true
              route-reflector-cluster-id = "%s"
            [[peer-groups.afi-safis]]
              [peer-groups.afi-safis.config]
                afi-safi-name = "ipv4-unicast"
          """
              .formatted(Plan.AS, ROUTER_ID, run.port(), LISTEN, Plan.AS, ROUTER_ID);
      String each =
          run.each(client ->
              """
              [[neighbors]]
                [neighbors.config]
                  neighbor-address = "%s"
                  peer-group = "clients"
              """
                  .formatted(Plan.source(client)));
      return List.of(
          program(run.home()).toString(),
          "-f",
          run.write("gobgpd.toml", head + each).toString(),
          "-t",
          "toml",
          "--api-hosts",
          "unix://" + run.directory() + "/gobgp.sock",
          "--log-level",
          "error",
          "--pprof-disable");
    }
  };

  static final String LISTEN = "127.0.0.1";

  private static final String ROUTER_ID = "10.255.255.254";

  private final String title;

  Daemon(String title) {
    this.title = title;
  }

  /// One start of a daemon.
  ///
  /// @param home where Margay is, and below `target/bgp-peers` what build/bgp-peers.sh unpacked
  /// @param directory for its files
  record Run(Path home, Path directory, int clients, int port) {

    Path write(String name, String text) throws IOException {
      return Files.writeString(directory.resolve(name), text);
    }

    String each(IntFunction<String> text) {
      StringBuilder all = new StringBuilder();
      for (int client = 0; client < clients; client++) {
        all.append(text.apply(client));
      }
      return all.toString();
    }
  }

  String title() {
    return title;
  }

  /// What has to be there.
  abstract Path program(Path home);

  /// Writes the configuration.
  ///
  /// @return the command that runs the daemon in the foreground
  abstract List<String> command(Run run) throws IOException;

  private static Path unpacked(Path home, String packageName, String path) {
    return home.resolve("target/bgp-peers").resolve(packageName).resolve(path);
  }

  /// What the unpacked packages need to find their libraries.
  static String librariesBelow(Path home) {
    List<String> paths = new ArrayList<>();
    for (String each : List.of("bird", "frr", "openbgpd", "gobgpd")) {
      for (String below : List.of("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")) {
        paths.add(unpacked(home, each, below).toString());
      }
    }
    paths.add(unpacked(home, "frr", "usr/lib/x86_64-linux-gnu/frr").toString());
    return String.join(":", paths);
  }

  List<String> bird(Run run, String template) throws IOException {
    String each =
        run.each(client ->
            "protocol bgp c%d from clients { neighbor %s as %d; }%n"
                .formatted(client, Plan.source(client), Plan.AS));
    return List.of(
        program(run.home()).toString(),
        "-f",
        "-c",
        run.write("bird.conf", template + each).toString(),
        "-s",
        run.directory() + "/bird.ctl",
        "-P",
        run.directory() + "/bird.pid");
  }

  List<String> frr(Run run, String coalesceTime) throws IOException {
    String head =
        """
        router bgp %d
         bgp router-id %s
         bgp cluster-id %s
         no bgp default ipv4-unicast
        %s
         neighbor clients peer-group
         neighbor clients remote-as %d
         neighbor clients passive
         neighbor clients timers 30 90
        """
            .formatted(Plan.AS, ROUTER_ID, ROUTER_ID, coalesceTime, Plan.AS);
    String each =
        run.each(client -> " neighbor %s peer-group clients%n".formatted(Plan.source(client)));
    String tail =
        """
         address-family ipv4 unicast
          neighbor clients activate
          neighbor clients route-reflector-client
         exit-address-family
        """;
    String directory = run.directory().toString();
    return List.of(
        program(run.home()).toString(),
        "-S",
        "-n",
        "-Z",
        "-p",
        String.valueOf(run.port()),
        "-l",
        LISTEN,
        "-P",
        "0",
        "-f",
        run.write("bgpd.conf", head + each + tail).toString(),
        "-i",
        directory + "/bgpd.pid",
        "--vty_socket",
        directory,
        "-z",
        directory + "/zserv.api");
  }
}
