package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.PortRange;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortBlocksTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|1",
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 16",
        "1:2,3:4,5:6,7:8,9:10,11:12,13:14,15|1:2,3:4,5:6,7:8,9:10,11:12,13:14,15",
        // A range that does not fit closes the block, though a later single port would fit.
        "1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16,17" + "|1:2,3:4,5:6,7:8,9:10,11:12,13:14 15:16,17",
      })
  void cutsPortsToWhatOneMatchTakes(String ports, String blocks) {
    assertThat(
            PortBlocks.of(Rules.ports(ports)).stream()
                .map(PortBlocksTest::text)
                .collect(Collectors.joining(" ")))
        .isEqualTo(blocks);
  }

  private static String text(List<PortRange> block) {
    return block.stream().map(PortRange::toString).collect(Collectors.joining(","));
  }
}
