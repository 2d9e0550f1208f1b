package io.margay.calicoctl;

import io.margay.datastore.FileFailure;
import io.margay.model.Resource;
import io.margay.model.document.DocumentProblem;
import io.margay.model.document.DocumentReader;
import io.margay.model.document.InvalidDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The resources in files, in directories, or on standard input.
final class Documents {

  private Documents() {}

  /// A file that cannot be used, and why.
  static final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableFileException(String message) {
      super(message);
    }
  }

  /// How much of the resources matters.
  enum Part {
    WHOLE,
    METADATA
  }

  /// In bytes, more than a document may have of characters. A device has no end.
  private static final int LARGEST = 64 << 20;

  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

  /// What a reader says of an empty list, which is no mistake of the text.
  private static final String EMPTY = "no resources specified";

  /// Decodes and validates all of the files, and tells of everything wrong with any of them.
  static List<Resource> read(List<String> filenames, Part part, Terminal terminal)
      throws UnusableFileException {
    List<Resource> resources = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (String filename : filenames) {
      try {
        for (String file : files(filename)) {
          resources.addAll(readFile(file, part, problems, terminal));
        }
      } catch (UnusableFileException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new UnusableFileException(String.join("\n", problems));
    }
    return resources;
  }

  private static List<Resource> readFile(
      String file, Part part, List<String> problems, Terminal terminal) {
    try {
      return read(file, part, terminal);
    } catch (UnusableFileException e) {
      problems.add(String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  /// The files that a name stands for: of a directory, those that end as resource files do, by
  /// name.
  static List<String> files(String filename) throws UnusableFileException {
    if (filename.isEmpty()) {
      throw new UnusableFileException("cannot read '': a name is missing after -f");
    }
    if (filename.equals("-") || !Files.isDirectory(path(filename))) {
      return List.of(filename);
    }
    try (Stream<Path> entries = Files.list(path(filename))) {
      List<String> files =
          entries
              .filter(Files::isRegularFile)
              .map(Path::toString)
              .filter(file -> ENDINGS.stream().anyMatch(file::endsWith))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new UnusableFileException(
            "directory '%s' has no file that ends in %s"
                .formatted(filename, String.join(", ", ENDINGS)));
      }
      return files;
    } catch (IOException e) {
      throw new UnusableFileException(
          "cannot read '%s': %s".formatted(filename, reason(filename, e)));
    } catch (UncheckedIOException e) {
      throw new UnusableFileException(
          "cannot read '%s': %s".formatted(filename, FileFailure.reason(e)));
    }
  }

  private static Path path(String filename) throws UnusableFileException {
    try {
      return Path.of(filename);
    } catch (InvalidPathException e) {
      throw new UnusableFileException("cannot read '" + filename + "': " + e.getMessage());
    }
  }

  /// Decodes and validates all of a file, or of standard input if the name is `-`.
  static List<Resource> read(String filename, Part part, Terminal terminal)
      throws UnusableFileException {
    byte[] content = content(filename, terminal);
    String source = filename.equals("-") ? "standard input" : filename;
    try {
      return switch (part) {
        case WHOLE -> DocumentReader.read(source, content);
        case METADATA -> DocumentReader.readMetadata(source, content);
      };
    } catch (InvalidDocumentException e) {
      List<DocumentProblem> problems = e.problems();
      if (problems.size() == 1 && problems.getFirst().message().equals(EMPTY)) {
        return List.of();
      }
      throw new UnusableFileException(String.valueOf(e.getMessage()));
    }
  }

  /// The text of a template.
  static String template(String filename, Terminal terminal) throws UnusableFileException {
    return new String(content(filename, terminal), StandardCharsets.UTF_8);
  }

  private static byte[] content(String filename, Terminal terminal) throws UnusableFileException {
    try (InputStream in =
        filename.equals("-") ? terminal.in() : Files.newInputStream(Path.of(filename))) {
      byte[] content = in.readNBytes(LARGEST + 1);
      if (content.length > LARGEST) {
        throw new UnusableFileException(
            "cannot read '%s': it is larger than %d MiB. Split the file"
                .formatted(filename, LARGEST >> 20));
      }
      return content;
    } catch (IOException | InvalidPathException e) {
      throw new UnusableFileException("cannot read '" + filename + "': " + reason(filename, e));
    }
  }

  private static String reason(String filename, Exception e) {
    return switch (e) {
      case NoSuchFileException _ ->
          "no such file. Relative names start in " + Path.of("").toAbsolutePath();
      case AccessDeniedException _ ->
          "permission denied. Run calicoctl as a user who may read the file";
      case IOException _ when !filename.equals("-") && Files.isDirectory(Path.of(filename)) ->
          "it is a directory. Name one file, or - for standard input";
      case IOException unreadable -> FileFailure.reason(unreadable);
      default -> String.valueOf(e.getMessage());
    };
  }
}
