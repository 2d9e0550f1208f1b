package io.margay.calicoctl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What somebody types and what calicoctl answers, in one text. Its lines:
///
/// - `## ` and a title;
/// - `>>> ` and a name, then the text of that file, then `<<<`;
/// - `$ ` and a command, after the name of the place where it is typed if there are several; after
///   it what the command prints, and more about its outcome in brackets: `[exit 1]` is the exit
///   code if it is not 0, `[no line feed]` says that the output ends without one, `[stderr] ...` is
///   a line on standard error.
///
/// Output lines that end in blanks, and empty ones, have a `¶` at their end; other empty lines of
/// the text mean nothing. Commands may begin with a variable and its value, may end with `< file`
/// or `| head -1`, and quote as a shell does. The name of a file of the dialogue stands for its
/// path. `{dir}` is the directory of the files, `{cwd}` that of the process; who plays the dialogue
/// may have more names for paths.
public final class Dialogue {

  private static final Pattern COMMAND = Pattern.compile("([a-z0-9]*)\\$ (.*)");

  private final List<String> lines;
  private final Path directory;
  private final Program program;
  private final Map<String, String> paths = new LinkedHashMap<>();
  private final List<String> files = new ArrayList<>();

  private Dialogue(String text, Path directory, Map<String, Path> places, Program program) {
    this.lines = text.lines().toList();
    this.directory = directory;
    this.program = program;
    places.forEach((name, path) -> paths.put(name, path.toString()));
    paths.put("{dir}", directory.toString());
    paths.put("{cwd}", Path.of("").toAbsolutePath().toString());
  }

  /// What answers: calicoctl in this JVM, or as a process.
  @FunctionalInterface
  public interface Program {

    /// @param place where the command is typed, mostly empty
    /// @param words what follows `calicoctl`
    /// @param variables of the environment
    Answer ask(String place, List<String> words, Map<String, String> variables, byte[] in);
  }

  /// @param code the exit code
  public record Answer(int code, String out, String err) {}

  /// calicoctl in this JVM.
  static Program inThisProcess(Map<String, String> environment) {
    return (_, words, variables, in) -> {
      Map<String, String> all = new HashMap<>(environment);
      all.putAll(variables);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          Calicoctl.run(
              words.toArray(String[]::new),
              all,
              new ByteArrayInputStream(in),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      return new Answer(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    };
  }

  /// The text without lines that mean nothing.
  public static String meaningful(String text) {
    StringBuilder meaningful = new StringBuilder();
    boolean inFile = false;
    for (String line : text.lines().toList()) {
      inFile = line.startsWith(">>> ") || inFile && !line.equals("<<<");
      if (inFile || !line.isEmpty()) {
        meaningful.append(line).append('\n');
      }
    }
    return meaningful.toString();
  }

  /// The text as it really is: the commands are run, and their outcome is in place of the expected
  /// one.
  ///
  /// @param paths names for paths, such as `{home}`
  public static String actual(String text, Path directory, Map<String, Path> paths, Program program)
      throws IOException {
    return new Dialogue(text, directory, paths, program).play();
  }

  private String play() throws IOException {
    StringBuilder actual = new StringBuilder();
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at);
      if (line.startsWith("## ")) {
        actual.append(actual.isEmpty() ? "" : "\n").append(line).append('\n');
      } else if (line.startsWith(">>> ")) {
        int end = lines.subList(at, lines.size()).indexOf("<<<") + at;
        StringBuilder text = new StringBuilder();
        lines.subList(at + 1, end).forEach(of -> text.append(of).append('\n'));
        String content = text.toString();
        String name = line.substring(4);
        files.add(name);
        Files.writeString(directory.resolve(name), named(content));
        actual.append(line).append('\n').append(content).append("<<<\n");
        at = end;
      } else if (COMMAND.matcher(line) instanceof Matcher typed && typed.matches()) {
        actual.append(line).append('\n').append(run(typed.group(1), typed.group(2)));
      }
    }
    return actual.toString();
  }

  private String run(String place, String commandLine) throws IOException {
    List<String> words = words(commandLine);
    Map<String, String> variables = new HashMap<>();
    while (words.getFirst().matches("[A-Z_]+=.*")) {
      String[] assignment = words.removeFirst().split("=", 2);
      variables.put(assignment[0], located(assignment[1]));
    }
    boolean firstLineOnly = commandLine.endsWith(" | head -1");
    if (firstLineOnly) {
      words.subList(words.indexOf("|"), words.size()).clear();
    }
    InputStream in = InputStream.nullInputStream();
    if (words.contains("<")) {
      in = Files.newInputStream(directory.resolve(words.removeLast()));
      words.removeLast();
    }
    words.removeFirst(); // calicoctl
    List<String> typed = words.stream().map(this::located).toList();
    Answer answer = program.ask(place, typed, variables, in.readAllBytes());
    String said = answer.out();
    return shown(firstLineOnly ? said.lines().findFirst().orElse("") + "\n" : said, "")
        + shown(answer.err(), "[stderr] ")
        + (answer.code() == 0 ? "" : "[exit " + answer.code() + "]\n");
  }

  private String named(String text) {
    String named = text;
    for (var path : paths.entrySet()) {
      named = named.replace(path.getKey(), path.getValue());
    }
    return named;
  }

  /// Files of the dialogue by their paths.
  private String located(String word) {
    String located = named(word);
    for (String file : files) {
      if (located.equals(file)) {
        return directory.resolve(file).toString();
      }
      for (String before : List.of("-f", "-c", "=")) {
        if (located.endsWith(before + file)) {
          String start = located.substring(0, located.length() - file.length());
          return start + directory.resolve(file);
        }
      }
    }
    return located;
  }

  private String shown(String output, String prefix) {
    StringBuilder shown = new StringBuilder();
    String neutral = output;
    for (String file : files) {
      neutral = neutral.replace(directory.resolve(file).toString(), file);
    }
    for (var path : paths.entrySet()) {
      neutral = neutral.replace(path.getValue(), path.getKey());
    }
    for (String line : neutral.lines().toList()) {
      boolean marked = line.isEmpty() || line.endsWith(" ");
      shown.append(prefix).append(line).append(marked ? "¶" : "").append('\n');
    }
    boolean unfinished = !output.isEmpty() && !output.endsWith("\n");
    return shown + (unfinished ? prefix + "[no line feed]\n" : "");
  }

  private static List<String> words(String commandLine) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean started = false;
    char quote = 0;
    String terminated = commandLine + " ";
    for (int i = 0; i < terminated.length(); i++) {
      char c = terminated.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        started = true;
      } else if (c != ' ') {
        word.append(c);
        started = true;
      } else if (started) {
        words.add(word.toString());
        word.setLength(0);
        started = false;
      }
    }
    return words;
  }
}
