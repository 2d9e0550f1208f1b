package io.margay.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calicoctl.Calicoctl;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `calicoctl node run` refuses, and what a dry run shows. A dry run needs no root.
class RunOptionsTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... options) {
    List<String> words = new ArrayList<>(List.of("node", "run", "--name=slave1", "--dryrun"));
    words.addAll(List.of(options));
    return calicoctl(words);
  }

  private int calicoctl(List<String> words) {
    return Calicoctl.run(
        words.toArray(String[]::new),
        Map.of("MARGAY_HOME", "/opt/margay", "DATASTORE_TYPE", "embedded", "PASSWORD", "x"),
        InputStream.nullInputStream(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --ip=10.0.0                        | invalid IP address specified: 10.0.0
          --ip=10.0.0.1/33                   | invalid IP address specified: 10.0.0.1/33
          --ip=fd00::1                       | --ip is wrong IP version
          --ip6=10.0.0.1                     | --ip6 is wrong IP version
          --as=65536.1                       | invalid AS Number specified: 65536.1
          --as=many                          | invalid AS Number specified: many
          --backend=quagga                   | unknown backend 'quagga'
          --backend=bird                     | backend 'bird' is not part of this build. The agent speaks BGP itself: --backend=native, the default
          --backend=gobgp                    | backend 'gobgp' is not supported. The agent speaks BGP itself: --backend=native, the default
          --ip-autodetection-method=guess    | invalid IP autodetection method: guess
          --ip6-autodetection-method=guess   | invalid IP autodetection method: guess
          --ip-autodetection-method=interface=[ | invalid interface regex specified for IP autodetection: [
          --ip-autodetection-method=can-reach=fd00::1 | address for IP autodetection does not resolve to an IPv4 address: fd00::1
          --ip6-autodetection-method=can-reach=10.0.0.1 | address for IP autodetection does not resolve to an IPv6 address: 10.0.0.1
          --ip-autodetection-method=can-reach=no.such.host.invalid | cannot resolve address specified for IP autodetection: no.such.host.invalid
          --docker-networking-ifprefix=ca-li | invalid interface prefix 'ca-li'
          --foreground                       | --foreground, --prepare, and --dryrun or --init-system exclude each other
          """)
  void refusesWhatMakesNoSense(String option, String message) {
    assertThat(run(option)).isEqualTo(1);
    assertThat(output()).isEqualTo("Error executing command: " + message + "\n");
  }

  @Test
  void refusesDockerOptionsThatContradictEachOther() {
    assertThat(run("--disable-docker-networking", "--use-docker-networking-container-labels"))
        .isEqualTo(1);
    assertThat(output())
        .isEqualTo(
            "Error executing command: invalid to disable Docker Networking and enable Container"
                + " labels\n");
  }

  @Test
  void aDryRunShowsTheCommandThatWouldStartTheAgent() {
    assertThat(
            run(
                "--backend=none",
                "--log-dir=/l",
                "--run-dir=/r s",
                "--felix-config=/f",
                "-c",
                "/c"))
        .isZero();
    assertThat(output())
        .isEqualTo(
            """
            Use the following command to start the agent:

            /opt/margay/bin/margay-supervise '/r s' /opt/margay/bin/margay node --name=slave1 \
            --backend=none --config=/c --felix-config=/f --log-dir=/l '--run-dir=/r s' --quiet

            Use the --init-system flag to print a unit of systemd instead, which starts the
            agent with the host and keeps it running.
            """);
  }

  @Test
  void theUnitOfSystemdPreparesTheHostWithTheSameOptions() {
    assertThat(
            run(
                "--init-system",
                "--ip=autodetect",
                "--ip-autodetection-method=interface=eth.*",
                "--ip6=fd00::1/64",
                "--as=1.10",
                "--no-default-ippools",
                "--backend=none",
                "--config=/c",
                "--run-dir=/r",
                "--log-dir=/l",
                "--felix-config=/f"))
        .isZero();
    assertThat(output())
        .isEqualTo(
            """
            [Unit]
            Description=Calico node slave1
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type=notify
            TimeoutStartSec=infinity
            WatchdogSec=60
            Environment=DATASTORE_TYPE=embedded
            ExecStartPre=/opt/margay/bin/calicoctl node run --prepare --name=slave1 --ip=autodetect \
            "--ip-autodetection-method=interface=eth.*" --ip6=fd00::1/64 --as=65546 --backend=none \
            --no-default-ippools --config=/c
            ExecStart=/opt/margay/bin/margay node --name=slave1 --backend=none --config=/c \
            --felix-config=/f --log-dir=/l --run-dir=/r
            SuccessExitStatus=143
            Restart=always
            RestartSec=1

            [Install]
            WantedBy=multi-user.target
            """);
  }

  @Test
  void optionsOfDockerAreTakenAndSaidToHaveNoEffect() {
    assertThat(
            run("--node-image=docker.io/calico/node:latest", "--docker-networking-ifprefix=cali"))
        .isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            --node-image has no effect: there is no container, and no docker network.
            --docker-networking-ifprefix has no effect: there is no container, and no docker network.
            """);
  }
}
