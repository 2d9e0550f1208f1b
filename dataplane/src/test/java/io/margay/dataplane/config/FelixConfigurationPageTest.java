package io.margay.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.config.Parameter.Flag;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// docs/felix-configuration.md and the parameters in the code are the same. After a change, `mvn
/// -pl dataplane -Dtest=FelixConfigurationPageTest -Dreference.rewrite=true test` writes the table
/// anew.
class FelixConfigurationPageTest {

  private static final Path PAGE = Path.of("../docs/felix-configuration.md");
  private static final String BEGIN = "| Parameter |";

  /// What Felix 2.1 knows (its documentation, "Configuring Felix"), and nothing else.
  private static final Set<String> OF_FELIX =
      Set.of(
          "ChainInsertMode",
          "ClusterGUID",
          "ClusterType",
          "DataplaneDriver",
          "DatastoreType",
          "DefaultEndpointToHostAction",
          "EndpointReportingDelaySecs",
          "EndpointReportingEnabled",
          "EtcdAddr",
          "EtcdCaFile",
          "EtcdCertFile",
          "EtcdEndpoints",
          "EtcdKeyFile",
          "EtcdScheme",
          "FailsafeInboundHostPorts",
          "FailsafeOutboundHostPorts",
          "FelixHostname",
          "IgnoreLooseRPF",
          "InterfacePrefix",
          "IpInIpEnabled",
          "IpInIpMtu",
          "IpInIpTunnelAddr",
          "IptablesMarkMask",
          "IptablesRefreshInterval",
          "Ipv6Support",
          "LogFilePath",
          "LogPrefix",
          "LogSeverityFile",
          "LogSeverityScreen",
          "LogSeveritySys",
          "MaxIpsetSize",
          "MetadataAddr",
          "MetadataPort",
          "PrometheusMetricsEnabled",
          "PrometheusMetricsPort",
          "ReportingIntervalSecs",
          "ReportingTTLSecs",
          "UsageReportingEnabled",
          "UseInternalDataplaneDriver");

  @Test
  void thePageListsEveryParameterAsItIs() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN);
    assertThat(begin).as("the table in " + PAGE).isPositive();
    String expected = page.substring(0, begin) + table();
    if (Boolean.getBoolean("reference.rewrite")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(page).isEqualTo(expected);
  }

  @Test
  void everyParameterOfFelixIsThereAndHasAMeaning() {
    Set<String> names = new TreeSet<>();
    for (Parameter<?> parameter : parameters()) {
      assertThat(names.add(parameter.name())).as(parameter.name() + " is there once").isTrue();
      assertThat(parameter.meaning()).as(parameter.name()).isNotEmpty();
      assertThat(parameter.remark().isEmpty())
          .as(parameter.name() + " says why it does not take effect at once")
          .isEqualTo(parameter.effect() == Parameter.Effect.AT_ONCE || parameter.is(Flag.LOCAL));
    }
    assertThat(names).containsAll(OF_FELIX);
  }

  private static List<Parameter<?>> parameters() {
    List<Parameter<?>> all = new ArrayList<>();
    for (Field field : FelixParameters.class.getDeclaredFields()) {
      if (field.getType() == Parameter.class) {
        try {
          all.add((Parameter<?>) field.get(null));
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    assertThat(all).hasSizeGreaterThan(40);
    return all;
  }

  private static String table() {
    StringBuilder table = new StringBuilder();
    table.append("| Parameter | Default | Values | A change takes effect | What it decides |\n");
    table.append("| --- | --- | --- | --- | --- |\n");
    for (Parameter<?> parameter : parameters()) {
      table.append(
          "| %s | %s | %s%s | %s | %s |\n"
              .formatted(
                  parameter.name(),
                  text(parameter.builtIn(), parameter.name()),
                  parameter.type().expected(),
                  parameter.is(Flag.NON_ZERO) ? "; not `none`" : "",
                  effect(parameter),
                  parameter.meaning()));
    }
    return table.toString();
  }

  private static String effect(Parameter<?> parameter) {
    String when =
        switch (parameter.effect()) {
          case AT_ONCE -> "at once";
          case AT_START -> "at the next start";
          case NEVER -> "never";
        };
    String place = parameter.is(Flag.LOCAL) ? "; not read from the datastore" : "";
    return when + place + (parameter.remark().isEmpty() ? "" : ": " + parameter.remark());
  }

  private static String text(Object value, String name) {
    return switch (value) {
      case Optional<?> optional -> optional.map(each -> text(each, name)).orElse("none");
      case Collection<?> all when all.isEmpty() -> "none";
      case Collection<?> all ->
          all.stream().map(Object::toString).collect(Collectors.joining(", "));
      case Enum<?> one when Arrays.asList("EtcdScheme", "DatastoreType").contains(name) ->
          one.name().toLowerCase(Locale.ROOT);
      case Integer mask when name.equals("IptablesMarkMask") -> "0x" + Integer.toHexString(mask);
      default -> value.toString();
    };
  }
}
