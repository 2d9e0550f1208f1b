package io.margay.ipam.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.Key;
import io.margay.datastore.path.StoredTexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a repair has changed, so that it can be taken back: one line for each value, with its
/// datastore key, its text before and its text after, tabs between. A `-` stands for no value.
///
/// A line is on the disk before its change is made.
public final class UndoFile implements AutoCloseable {

  private static final String HEADER = "# margay ipam undo 1: key, before, after";
  private static final String NOTHING = "-";

  private final FileChannel channel;

  /// @param before null if there was none
  /// @param after null if there is none
  record Line(String path, @Nullable String before, @Nullable String after) {}

  private UndoFile(FileChannel channel) {
    this.channel = channel;
  }

  /// Makes a new file, which must not exist.
  public static UndoFile create(Path path) throws IOException {
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var undo =
        new UndoFile(
            FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner));
    undo.append(HEADER + "\n");
    return undo;
  }

  void add(List<Line> lines) {
    var text = new StringBuilder();
    for (Line line : lines) {
      text.append(line.path)
          .append('\t')
          .append(line.before == null ? NOTHING : line.before)
          .append('\t')
          .append(line.after == null ? NOTHING : line.after)
          .append('\n');
    }
    append(text.toString());
  }

  private void append(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("the undo file cannot be written, so nothing is changed", e);
    }
  }

  /// What became of taking a repair back.
  ///
  /// @param restored datastore keys that are as they were
  /// @param leftAlone those that somebody has changed since
  public record Undone(List<String> restored, List<String> leftAlone) {}

  /// Takes back what a file says, the last change first. A value that is no longer what the repair
  /// made of it is left alone.
  ///
  /// @throws IllegalArgumentException if it is no such file
  public static Undone undo(Path path, Datastore datastore) throws IOException {
    List<Line> lines = read(Files.readString(path, UTF_8));
    List<String> restored = new ArrayList<>();
    List<String> leftAlone = new ArrayList<>();
    for (Line line : lines.reversed()) {
      (restore(line, datastore) ? restored : leftAlone).add(line.path);
    }
    return new Undone(List.copyOf(restored), List.copyOf(leftAlone));
  }

  private static List<Line> read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IllegalArgumentException(
          "it is no undo file: its first line is not '" + HEADER + "'");
    }
    List<Line> parsed = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] parts = line.split("\t", -1);
      if (parts.length == 3) { // else the last line was cut short, and its change not made
        parsed.add(new Line(parts[0], value(parts[1]), value(parts[2])));
      }
    }
    return parsed;
  }

  private static @Nullable String value(String text) {
    return text.equals(NOTHING) ? null : text;
  }

  private static boolean restore(Line line, Datastore datastore) {
    var stored = StoredTexts.key(line.path);
    return stored != null && restore(stored, line, datastore);
  }

  private static <V> boolean restore(Key<V> key, Line line, Datastore datastore) {
    var now = datastore.get(key);
    String text = now.isEmpty() ? null : StoredTexts.text(key, now.get().value());
    if (text == null ? line.after != null : !text.equals(line.after)) {
      return false;
    }
    List<Write> writes = new ArrayList<>();
    if (line.before != null) {
      V before = StoredTexts.value(key, line.before);
      writes.add(
          now.isEmpty()
              ? new Write.Create<>(key, before)
              : new Write.Update<>(key, before, now.get().revision()));
    } else if (now.isPresent()) {
      writes.add(new Write.Delete(key, now.get().revision()));
    }
    return !writes.isEmpty() && datastore.commit(writes) instanceof Commit.Done;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
