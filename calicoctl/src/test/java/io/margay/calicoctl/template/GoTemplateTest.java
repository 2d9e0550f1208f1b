package io.margay.calicoctl.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Go's `text/template` makes of the same text and the same data.
class GoTemplateTest {

  private static final Value FRONTEND =
      new StructBuilder("endpoint")
          .text("Name", "frontend")
          .items("Profiles", List.of("web", "log"))
          .items("Tags", List.of())
          .map("Labels", new TreeMap<>(java.util.Map.of("tier", "1", "app", "shop")))
          .integer("Port", 80)
          .put("Order", new Value.Decimal(1_000_000))
          .truth("Enabled", true)
          .pointer("Gateway", null)
          .build();

  private static String run(String template) throws TemplateException {
    return GoTemplate.parse(template).execute(FRONTEND, name -> "setting of " + name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      value = {
        "plain text → plain text",
        "{{.Name}} → frontend",
        "{{ .Name }}! → frontend!",
        "{{.Profiles}} → [web log]",
        "{{.Labels}} → map[app:shop tier:1]",
        "{{.Labels.app}} {{.Labels.other}} → shop <no value>",
        "{{.Order}} {{.Enabled}} {{.Gateway}} → 1e+06 true <nil>",
        "{{join .Profiles \",\"}} → web,log",
        "{{join .Tags \",\"}}. → .",
        "{{config \"asnumber\"}} → setting of asnumber",
        "{{len .Profiles}} {{len .Name}} {{len .Labels}} → 2 8 2",
        "{{index .Profiles 1}} {{index .Labels \"tier\"}} → log 1",
        "{{.Name | printf \"%q\"}} → \"frontend\"",
        "{{printf \"%-10s/\" .Name}} → frontend  /",
        "{{print \"a\" 1 2 \"b\"}} → a1 2b",
        "{{(index .Profiles 0) | len}} → 3",
        "{{/* a comment */}}x → x",
        "{{\"quo\\\"ted\\n\"}}. → ^quo\"ted\n.^",
        "{{`raw \\n`}} → raw \\n",
        "{{0x1f}} {{-7}} {{1.50}} {{'a'}} → 31 -7 1.5 97",
        "{{true}} {{not true}} {{not .Tags}} → true false true",
      })
  void printsPipelines(String template, String expected) throws TemplateException {
    assertThat(run(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      value = {
        "{{if .Tags}}some{{else}}none{{end}} → none",
        "{{if .Gateway}}{{.Gateway.IP}}{{else if .Enabled}}on{{else}}off{{end}} → on",
        "{{if and .Enabled (eq .Name \"frontend\")}}yes{{end}} → yes",
        "{{if or .Tags .Profiles}}yes{{end}} → yes",
        "{{if ne .Port 80}}odd{{else}}web{{end}} → web",
        "{{if and (ge .Port 80) (lt .Port 81) (gt .Port 79) (le .Port 80)}}in{{end}} → in",
        "{{if eq .Name \"a\" \"frontend\"}}listed{{end}} → listed",
        "{{and .Gateway .Gateway.IP}} → <nil>",
        "{{with .Profiles}}{{index . 0}}{{end}} → web",
        "{{with .Gateway}}{{.}}{{else}}no gateway of {{.Name}}{{end}} → no gateway of frontend",
        "{{with $x := .Port}}{{$x}}{{$.Name}}{{end}} → 80frontend",
        "{{range .Profiles}}<{{.}}>{{end}} → <web><log>",
        "{{range $p := .Profiles}}{{$p}};{{end}} → web;log;",
        "{{range $i, $p := .Profiles}}{{if $i}}, {{end}}{{$i}}={{$p}}{{end}} → 0=web, 1=log",
        "{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}} → app=shop;tier=1;",
        "{{range .Tags}}tag{{else}}no tags{{end}} → no tags",
        "{{range .Gateway}}x{{else}}nothing{{end}} → nothing",
        "{{$n := 1}}{{range .Profiles}}{{$n = .}}{{end}}{{$n}} → log",
        "{{$n := 1}}{{if true}}{{$n := 2}}{{end}}{{$n}} → 1",
        "{{range .Profiles}}{{$.Name}}/{{.}} {{end}}. → frontend/web frontend/log .",
      })
  void followsControlStructures(String template, String expected) throws TemplateException {
    assertThat(run(template)).isEqualTo(expected);
  }

  @Test
  void trimsWhiteSpaceWhereAMinusAsksForIt() throws TemplateException {
    assertThat(run("a \n {{- .Port -}} \n b {{- /* nothing */ -}} c")).isEqualTo("a80bc");
    assertThat(run("a {{.Port}} b\n")).isEqualTo("a 80 b\n");
    assertThat(run("a {{-3}} b")).isEqualTo("a -3 b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      value = {
        "%s %v %d → frontend frontend %!d(string=frontend)",
        "%5.2s/% → ^   fr/%!(NOVERB)^",
        "100%% → 100%%!(EXTRA string=frontend)",
        "%s%s%s%s → frontendfrontendfrontend%!s(MISSING)",
      })
  void saysWhatDoesNotFitAFormat(String format, String expected) {
    int used = format.startsWith("100") || format.startsWith("%5") ? 1 : 3;
    Value name = new Value.Text("frontend");
    assertThat(Printf.format(format, List.of(name, name, name).subList(0, used)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "%d→80",
        "%5d→   80",
        "%-5d.→80   .",
        "%05d→00080",
        "%+d→+80",
        "%x→50",
        "%#X→0X50",
        "%o→120",
        "%b→1010000",
        "%c→P",
        "%T→int",
        "%s→%!s(int=80)",
      })
  void formatsIntegers(String format, String expected) {
    assertThat(Printf.format(format, List.of(new Value.Int(80)))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "%v, 1234567, 1.234567e+06",
    "%f, 2.5, 2.500000",
    "%.1f, 0.25, 0.2",
    "%8.3f, -3.14159, '  -3.142'",
    "%e, 1234.5678, 1.234568e+03",
    "%e, 0, 0.000000e+00",
    "%.2e, 0.00012, 1.20e-04",
    "%g, 0.0001, 0.0001",
    "%g, 0.00001, 1e-05",
    "%.3g, 1234.5, 1.23e+03",
  })
  void formatsNumbersWithAPoint(String format, double number, String expected) {
    assertThat(Printf.format(format, List.of(new Value.Decimal(number)))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      value = {
        "{{.Nam}} → line 1, column 3: can't evaluate field Nam in type endpoint, which has Name,",
        "x{{.Gateway.IP}} → line 1, column 12: nil pointer evaluating field IP",
        "{{.Name.First}} → line 1, column 8: can't evaluate field First in type string",
        "{{range .Port}}{{end}} → line 1, column 9: range can't iterate over 80 (int)",
        "{{index .Profiles 2}} → line 1, column 3: index out of range: 2 of 2 elements",
        "{{eq .Name 1}} → line 1, column 3: eq cannot compare frontend (string) with 1 (int)",
        "{{lt .Name}} → line 1, column 3: lt takes 2 arguments, got 1",
        "{{join .Name \",\"}} → line 1, column 3: join wants a list first, got a string",
        "{{1 | .Name}} → line 1, column 7: only a function can take a piped value",
      })
  void saysWhereTheDataHaveNotWhatIsAskedFor(String template, String expected) {
    assertThatThrownBy(() -> run(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template: " + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '^',
      value = {
        "^a\nb {{.Name^ → line 2, column 3: this action has no }}",
        "{{}} → line 1, column 3: a value or function is missing here",
        "{{upper .Name}} → line 1, column 3: function \"upper\" not defined",
        "{{$x}} → line 1, column 3: undefined variable $x",
        "{{$x = 1}} → line 1, column 6: undefined variable $x",
        "{{if true}}{{$x := 1}}{{end}}{{$x}} → line 1, column 32: undefined variable $x",
        "{{if .Name}}x → line 1, column 3: this 'if' has no {{end}}",
        "x{{end}} → line 1, column 2: {{end}} belongs to no if, range or with",
        "{{.Name .Port}} → line 1, column 9: arguments can only be given to a function",
        "{{\"open}} → line 1, column 3: this string has no closing \"",
        "{{define \"x\"}}{{end}} → line 1, column 3: named templates ('define') are not supported",
        "{{.Name | }} → line 1, column 11: a value or function is missing here",
        "{{(.Name}} → line 1, column 9: unexpected '}}'",
        "{{/* open }} → line 1, column 1: a comment must end with */}}",
        "{{1x}} → line 1, column 3: bad number '1x'",
        "{{#}} → line 1, column 3: '#' has no meaning here",
      })
  void saysWhereATemplateCannotBeRead(String template, String expected) {
    assertThatThrownBy(() -> GoTemplate.parse(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template: " + expected);
  }
}
