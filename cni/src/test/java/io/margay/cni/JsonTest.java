package io.margay.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.cni.Json.SyntaxException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

  @Test
  void readsEveryKindOfValue() throws SyntaxException {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("a", List.of(new Json.Digits("-1.5e3"), new Json.Digits("0")));
    expected.put("b", Map.of("c", Boolean.TRUE));
    expected.put("d", null);
    expected.put("e", "\"\\/\b\f\n\r\t\u00e9\ud83d\ude00");
    expected.put("f", Arrays.asList(Boolean.FALSE, List.of(), Map.of()));

    assertThat(
            Json.parseObject(
                """
                 {"a": [-1.5e3, 0], "b": {"c": true}, "d": null,
                  "e": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00", "f": [false,[],{}]}
                """))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{             | the end of the text in line 1, expected '\"'",
        "{\"a\" 1}     | '1' in line 1, expected ':'",
        "{\"a\": 1,}   | '}' in line 1, expected '\"'",
        "{\"a\": 01}   | '0' in line 1, expected a value",
        "[1            | the end of the text in line 1, expected ']'",
        "{\"a\": tru}  | 't' in line 1, expected a value",
        "{\"a\": \"b   | the end of the text in line 1",
        "{\"a\": \"\\x\"} | 'x' in line 1",
        "{} {}         | '{' in line 1, expected the end",
        "[]            | expected a JSON object",
      })
  void saysWhatIsWrongAndWhere(String text, String message) {
    assertThatThrownBy(() -> Json.parseObject(text))
        .isInstanceOf(SyntaxException.class)
        .hasMessageContaining(message);
  }

  @Test
  void isNotLedTooDeep() {
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .isInstanceOf(SyntaxException.class)
        .hasMessageContaining("deeper");
  }

  @Test
  void whatIsWrittenReadsTheSame() throws SyntaxException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "line\nend \"quoted\" \\ \u0001 \u20ac \ud83d\ude00");
    object.put("inner", Map.of("a", "b"));
    Map<String, Object> withNumber = new LinkedHashMap<>(object);
    withNumber.put("number", 7);
    object.put("number", new Json.Digits("7"));

    assertThat(Json.parseObject(Json.write(withNumber))).isEqualTo(object);
    assertThat(Json.write(withNumber)).doesNotContain("\n");
  }
}
