package io.margay.model.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "namespace == 'default' ; namespace == \"default\" ; CEmFgJFwDvohR01JKvOkO8D",
        "namespace == 'default' && service == 'frontend' "
            + "; (namespace == \"default\" && service == \"frontend\") ; i357Nlxxj3AMBTQ4WyOllNt",
        "all() ; all() ; 5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug",
        "`` ; all() ; 5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug",
      })
  void hasTheIdThatFelixNamesIpSetsBy(String text, String canonical, String idStart) {
    Selector selector = Selector.parse(text);
    assertThat(selector.canonical()).isEqualTo(canonical);
    assertThat(selector.uniqueId()).startsWith("s:" + idStart).hasSize(2 + 38);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "a=='x' ; a == \"x\"",
        "a != \"x\" ; a != \"x\"",
        "a == 'say \"hi\"' ; a == 'say \"hi\"'",
        "a == \"it's\" ; a == \"it's\"",
        "a == '' ; a == \"\"",
        "a in {'y','x','y',} ; a in {\"x\", \"y\"}",
        "a in {} ; a in {}",
        "a notin {\"x\"} ; a not in {\"x\"}",
        "a not   in {} ; a not in {}",
        "has( a/b ) ; has(a/b)",
        "all( ) ; all()",
        "!a == 'b' ; !a == \"b\"",
        "!!has(a) ; has(a)",
        "!!!has(a) ; !has(a)",
        "!(!has(a)) ; !!has(a)",
        "((has(a))) ; has(a)",
        "has(a) && has(b) || has(c) ; ((has(a) && has(b)) || has(c))",
        "has(a) && (has(b) || has(c)) ; (has(a) && (has(b) || has(c)))",
        "has(a) && has(b) && has(c) ; (has(a) && has(b) && has(c))",
        "(has(a) && has(b)) && has(c) ; ((has(a) && has(b)) && has(c))",
        "!(has(a)||has(b)) ; !(has(a) || has(b))",
        "calico/k8s_ns == 'default' ; calico/k8s_ns == \"default\"",
        "/c == 'x' ; /c == \"x\"",
        "a//b/c == 'x' ; a//b/c == \"x\"",
        "index == 'x' ; index == \"x\"",
        "in_foo == 'x' ; in_foo == \"x\"",
        "not == 'x' ; not == \"x\"",
        "nothing == 'x' ; nothing == \"x\"",
        "not-in == 'x' ; not-in == \"x\"",
        "has == 'x' ; has == \"x\"",
        "all in {'x'} ; all in {\"x\"}",
        "has(in) ; has(in)",
        "has(notin) ; has(notin)",
      })
  void printsItsCanonicalText(String text, String canonical) {
    assertThat(Selector.parse(text).canonical()).isEqualTo(canonical);
  }

  @Test
  void sortsMembersByTheirUtf8Bytes() {
    assertThat(Selector.parse("a in {'\uD83D\uDE00', '\uFF5E', 'é', 'z'}").canonical())
        .isEqualTo("a in {\"z\", \"é\", \"\uFF5E\", \"\uD83D\uDE00\"}");
  }

  @Test
  void mayBreakTheLineInsideNotInAndInsideAStringOnly() {
    assertThat(Selector.parse("a not\r\n in {'x'}").canonical()).isEqualTo("a not in {\"x\"}");
    assertThat(Selector.parse("a == 'x\ny'").canonical()).isEqualTo("a == \"x\ny\"");
    assertThatThrownBy(() -> Selector.parse("has(a)\n&& has(b)"))
        .hasMessageContaining("found a line break");
    assertThatThrownBy(() -> Selector.parse("has(\na)"))
        .isInstanceOf(SelectorSyntaxException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // selector                     no label   a=      a=x    a=y
        "a == 'x'                     ; false    ; false ; true  ; false",
        "a != 'x'                     ; true     ; true  ; false ; true",
        "a in {'x', 'z'}              ; false    ; false ; true  ; false",
        "a not in {'x', 'z'}          ; true     ; true  ; false ; true",
        "a in {}                      ; false    ; false ; false ; false",
        "a not in {}                  ; true     ; true  ; true  ; true",
        "has(a)                       ; false    ; true  ; true  ; true",
        "!has(a)                      ; true     ; false ; false ; false",
        "all()                        ; true     ; true  ; true  ; true",
        "has(a) && a != 'x'           ; false    ; true  ; false ; true",
        "a == 'x' || a == 'y'         ; false    ; false ; true  ; true",
        "!(a == 'x' || a == 'y')      ; true     ; true  ; false ; false",
        "!a == 'x'                    ; true     ; true  ; false ; true",
        "a == 'x' || has(a) && !all() ; false    ; false ; true  ; false",
        "A == 'x'                     ; false    ; false ; false ; false",
      })
  void matchesByTheMeaningOfItsTerms(
      String text, boolean absent, boolean empty, boolean x, boolean y) {
    Selector selector = Selector.parse(text);
    assertThat(selector.matches(Map.of())).as("without the label").isEqualTo(absent);
    assertThat(selector.matches(Map.of("a", ""))).as("a empty").isEqualTo(empty);
    assertThat(selector.matches(Map.of("a", "x"))).as("a = x").isEqualTo(x);
    assertThat(selector.matches(label -> label.equals("a") ? "y" : null)).as("a = y").isEqualTo(y);
  }

  @Test
  void aLabelMayHaveAHyphenInItsPrefix() {
    Selector selector = Selector.parse("my-corp.io/role == 'x' && !has(a-b/c-d)");
    assertThat(selector.canonical()).isEqualTo("(my-corp.io/role == \"x\" && !has(a-b/c-d))");
    assertThat(selector.matches(Map.of("my-corp.io/role", "x"))).isTrue();
    assertThat(selector.matches(Map.of("my-corp.io/role", "x", "a-b/c-d", ""))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a = 'b'",
        "a == b",
        "a == 'b\"",
        "a == 'b' &",
        "a == 'b' & has(c)",
        "a == 'b' && ",
        "a == 'b' | has(c)",
        "a == 'b' has(c)",
        "a == 'b')",
        "(a == 'b'",
        "()",
        "!",
        "has (a)",
        "has()",
        "Has(a)",
        "ALL()",
        "all",
        "all ()",
        "a in 'b'",
        "a in {b}",
        "a in {,}",
        "a in {'b',,}",
        "a in {'b' 'c'}",
        "a in {'b'",
        "a IN {'b'}",
        "in == 'x'",
        "notin == 'x'",
        "in-foo == 'x'",
        "in.foo == 'x'",
        "in/foo == 'x'",
        "-a == 'x'",
        "a- == 'x'",
        "a == 'x' \u00a0",
        "größe == 'x'",
        "'a' == 'x'",
      })
  void refusesWhatIsNoSelector(String text) {
    assertThatThrownBy(() -> Selector.parse(text)).isInstanceOf(SelectorSyntaxException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "role = 'x' ; 5 "
            + "; selector \"role = 'x'\": expected == at character 6, found a single =",
        "role == x  ; 8 "
            + "; selector \"role == x\": expected a value in quotes at character 9, found x",
        "role       ; 4 ; selector \"role\": "
            + "expected ==, !=, in or not in after the label role at character 5, found the end",
        "a == 'x    ; 5 ; selector \"a == 'x\": "
            + "expected a string closed by the same quote at character 6, found no closing '",
        "all() x    ; 6 ; selector \"all() x\": "
            + "expected &&, || or the end of the selector at character 7, found x",
        "a-         ; 1 ; selector \"a-\": "
            + "expected a label, a quoted value or an operator at character 2, found -",
      })
  void saysWhereItStoppedAndWhatItExpected(String text, int position, String message) {
    SelectorSyntaxException e =
        catchThrowableOfType(SelectorSyntaxException.class, () -> Selector.parse(text));
    assertThat(e.position()).isEqualTo(position);
    assertThat(e).hasMessage(message);
    assertThat(message).contains(e.expected());
  }

  @Test
  void takesLabelNamesUpToTheirFullLength() {
    String longest = "p".repeat(253) + "/" + "n".repeat(63);
    assertThat(Selector.parse("has(" + longest + ")").root())
        .isEqualTo(new Expression.HasLabel(longest));
    assertThatThrownBy(() -> Selector.parse("has(" + longest + "n)"))
        .isInstanceOf(SelectorSyntaxException.class);
  }

  @Test
  void refusesParenthesesTooDeepToBeMeant() {
    assertThat(Selector.parse("(".repeat(500) + "all()" + ")".repeat(500)).canonical())
        .isEqualTo("all()");
    assertThatThrownBy(() -> Selector.parse("(".repeat(100_000)))
        .isInstanceOf(SelectorSyntaxException.class)
        .hasMessageContaining("at most 500 nested parentheses");
  }

  @Test
  void equalsEverySpellingOfItself() {
    assertThat(Selector.parse("a=='x'"))
        .isEqualTo(Selector.parse("(a == \"x\")"))
        .hasSameHashCodeAs(Selector.parse("(a == \"x\")"))
        .isNotEqualTo(Selector.parse("a != 'x'"));
  }
}
