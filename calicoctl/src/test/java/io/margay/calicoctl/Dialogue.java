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
import java.util.List;
import java.util.Map;

/// What somebody types and what calicoctl answers, in one text. Its lines:
///
/// - `## ` and a title;
/// - `>>> ` and a name, then the text of that file, then `<<<`;
/// - `$ ` and a command; after it what the command prints, and more about its outcome in brackets:
///   `[exit 1]` is the exit code if it is not 0, `[no line feed]` says that the output ends without
///   one, `[stderr] ...` is a line on standard error.
///
/// Output lines that end in blanks, and empty ones, have a `¶` at their end; other empty lines of
/// the text mean nothing. Commands may begin with a variable and its value, may end with `< file`
/// or `| head -1`, and quote as a shell does. The name of a file of the dialogue stands for its
/// path. `{dir}` is the directory of the files, `{cwd}` that of the process.
final class Dialogue {

  private final List<String> lines;
  private final Path directory;
  private final Map<String, String> environment;
  private final List<String> files = new ArrayList<>();

  private Dialogue(String text, Path directory, Map<String, String> environment) {
    this.lines = text.lines().toList();
    this.directory = directory;
    this.environment = environment;
  }

  /// The text without lines that mean nothing.
  static String meaningful(String text) {
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
  static String actual(String text, Path directory, Map<String, String> environment)
      throws IOException {
    return new Dialogue(text, directory, environment).play();
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
        Files.writeString(directory.resolve(name), content.replace("{dir}", directory.toString()));
        actual.append(line).append('\n').append(content).append("<<<\n");
        at = end;
      } else if (line.startsWith("$ ")) {
        actual.append(line).append('\n').append(run(line.substring(2)));
      }
    }
    return actual.toString();
  }

  private String run(String commandLine) throws IOException {
    List<String> words = words(commandLine);
    Map<String, String> variables = new HashMap<>(environment);
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
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Calicoctl.run(
            words.stream().map(this::located).toArray(String[]::new),
            variables,
            new ByteArrayInputStream(in.readAllBytes()),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String said = out.toString(StandardCharsets.UTF_8);
    return shown(firstLineOnly ? said.lines().findFirst().orElse("") + "\n" : said, "")
        + shown(err.toString(StandardCharsets.UTF_8), "[stderr] ")
        + (code == 0 ? "" : "[exit " + code + "]\n");
  }

  /// Files of the dialogue by their paths.
  private String located(String word) {
    String located = word.replace("{dir}", directory.toString());
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
    neutral =
        neutral
            .replace(directory.toString(), "{dir}")
            .replace(Path.of("").toAbsolutePath().toString(), "{cwd}");
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
