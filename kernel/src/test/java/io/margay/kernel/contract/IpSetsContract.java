package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.ipset.IpSets.ActualSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The contract of [IpSets], on the commands the data plane writes.
public abstract class IpSetsContract extends KernelContract {

  @Test
  void hasNoSetsAtFirst() {
    assertThat(ipSets().list()).isEmpty();
  }

  @Test
  void listsWhatWasCreatedAndAdded() {
    ipSets()
        .restore(
            """
            create cali40s:pods hash:ip family inet maxelem 1234
            add cali40s:pods 10.0.0.1
            add cali40s:pods 10.0.0.2
            create cali60s:pods hash:ip family inet6 maxelem 1234
            add cali60s:pods fd00::1
            create cali40n:nets hash:net family inet maxelem 99
            add cali40n:nets 10.1.0.0/16
            add cali40n:nets 192.0.2.7/32
            create cali60n:nets hash:net family inet6 maxelem 99
            COMMIT
            """);

    assertThat(ipSets().list())
        .hasSize(4)
        .containsEntry(
            "cali40s:pods", new ActualSet("hash:ip", "inet", 1234, Set.of("10.0.0.1", "10.0.0.2")))
        .containsEntry("cali60s:pods", new ActualSet("hash:ip", "inet6", 1234, Set.of("fd00::1")))
        .containsEntry(
            "cali40n:nets",
            new ActualSet("hash:net", "inet", 99, Set.of("10.1.0.0/16", "192.0.2.7")))
        .containsEntry("cali60n:nets", new ActualSet("hash:net", "inet6", 99, Set.of()));
  }

  @Test
  void rewritesASetByASwap() {
    ipSets()
        .restore(
            """
            create main hash:ip family inet maxelem 100
            add main 10.0.0.1
            COMMIT
            """);

    ipSets()
        .restore(
            """
            create temp hash:ip family inet maxelem 200
            add temp 10.0.0.2
            swap main temp
            destroy temp
            COMMIT
            """);

    assertThat(ipSets().list())
        .hasSize(1)
        .containsEntry("main", new ActualSet("hash:ip", "inet", 200, Set.of("10.0.0.2")));
  }

  @Test
  void deletesAMissingMemberOnlyWhenToldItMayBeMissing() {
    givenOneMember();

    ipSets().restore("del main 10.0.0.9 --exist\nCOMMIT\n");

    assertThatThrownBy(() -> ipSets().restore("del main 10.0.0.9\nCOMMIT\n"))
        .isInstanceOf(KernelException.class);
    assertThat(members("main")).containsExactly("10.0.0.1");
  }

  @Test
  void refusesAMemberThatIsThereAlready() {
    givenOneMember();

    assertThatThrownBy(() -> ipSets().restore("add main 10.0.0.1\nCOMMIT\n"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("add main 10.0.0.1");
  }

  @Test
  void carriesOutNoLineAfterARefusedOne() {
    givenOneMember();

    assertThatThrownBy(() ->
            ipSets()
                .restore(
                    """
                    add main 10.0.0.2
                    add main 10.0.0.1
                    add main 10.0.0.4
                    COMMIT
                    """))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("add main 10.0.0.1");
    assertThat(members("main")).contains("10.0.0.1").doesNotContain("10.0.0.4");
  }

  @Test
  void refusesAMemberOfASetThatDoesNotExist() {
    givenOneMember();

    assertThatThrownBy(() -> ipSets().restore("add main 10.0.0.2\nadd absent 10.0.0.3\nCOMMIT\n"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("add absent 10.0.0.3");
  }

  @Test
  void refusesToCreateASetThatExistsWithAnotherType() {
    givenOneMember();

    assertThatThrownBy(
            () -> ipSets().restore("create main hash:net family inet maxelem 100\nCOMMIT\n"))
        .isInstanceOf(KernelException.class);
  }

  @Test
  void refusesMoreMembersThanTheSetMayHold() {
    ipSets().restore("create main hash:ip family inet maxelem 1\nadd main 10.0.0.1\nCOMMIT\n");

    assertThatThrownBy(() -> ipSets().restore("add main 10.0.0.2\nCOMMIT\n"))
        .isInstanceOf(KernelException.class);
    assertThat(members("main")).containsExactly("10.0.0.1");
  }

  @Test
  void destroysASetAndRefusesToDestroyOneThatIsNotThere() {
    givenOneMember();

    ipSets().restore("destroy main\nCOMMIT\n");

    assertThat(ipSets().list()).isEmpty();
    assertThatThrownBy(() -> ipSets().restore("destroy main\nCOMMIT\n"))
        .isInstanceOf(KernelException.class);
  }

  private void givenOneMember() {
    ipSets().restore("create main hash:ip family inet maxelem 100\nadd main 10.0.0.1\nCOMMIT\n");
  }

  private Set<String> members(String name) {
    return ipSets().list().get(name).members();
  }

  private IpSets ipSets() {
    return world().ipSets();
  }
}
