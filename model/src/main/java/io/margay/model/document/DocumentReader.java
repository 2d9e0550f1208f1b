package io.margay.model.document;

import io.margay.model.Resource;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads the resources of a YAML or JSON text: one resource, a list of them, an object such as
/// `policyList`, or several documents of these separated by `---`.
///
/// All of a text is checked before anything is returned. What is not checked is whether the
/// metadata identify the resource: [Resource#key()] says so when the identity is wanted, since a
/// listing takes incomplete ones as filters.
public final class DocumentReader {

  /// Room for some 80000 endpoints.
  private static final int LONGEST = 32 << 20;

  private DocumentReader() {}

  /// Reads resources.
  ///
  /// @param sourceName what messages call the text: a file's name
  /// @throws InvalidDocumentException with everything that is wrong, if anything is
  public static List<Resource> read(String sourceName, String text) {
    return read(sourceName, text, false);
  }

  /// Reads resources from a file's bytes, in UTF-8, or in UTF-16 with a byte order mark.
  ///
  /// @throws InvalidDocumentException with everything that is wrong, if anything is
  public static List<Resource> read(String sourceName, byte[] content) {
    return read(sourceName, decode(sourceName, content), false);
  }

  /// Reads which resources are meant: the metadata are checked, every spec is empty whatever is
  /// written there.
  ///
  /// @throws InvalidDocumentException with everything that is wrong, if anything is
  public static List<Resource> readMetadata(String sourceName, String text) {
    return read(sourceName, text, true);
  }

  /// Reads which resources are meant from a file's bytes.
  ///
  /// @throws InvalidDocumentException with everything that is wrong, if anything is
  public static List<Resource> readMetadata(String sourceName, byte[] content) {
    return read(sourceName, decode(sourceName, content), true);
  }

  private static List<Resource> read(String sourceName, String text, boolean metadataOnly) {
    Problems problems = new Problems();
    ResourceReader reader = new ResourceReader(problems, metadataOnly);
    try {
      if (text.length() > LONGEST) {
        throw new UnreadableTextException(
            Position.START,
            "the text has %d characters, at most %d are read".formatted(text.length(), LONGEST),
            "Split the file.");
      }
      readDocuments(YamlReader.read(text), problems, reader);
    } catch (UnreadableTextException e) {
      problems.add(e.position(), "", null, e.problem(), e.hint());
    }
    problems.throwIfAny(sourceName);
    return List.copyOf(reader.resources());
  }

  private static void readDocuments(
      List<Value> documents, Problems problems, ResourceReader reader) {
    if (documents.stream().allMatch(DocumentReader::isEmpty)) {
      reader.readDocument(
          documents.isEmpty()
              ? new Scalar(Position.START, ScalarType.NULL, "", "")
              : documents.getFirst());
      return;
    }
    for (int i = 0; i < documents.size(); i++) {
      problems.inDocument(i + 1);
      // A separator at the end, or two in a row, leave an empty document that no one meant.
      if (!isEmpty(documents.get(i))) {
        reader.readDocument(documents.get(i));
      }
    }
  }

  private static boolean isEmpty(Value document) {
    return document instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
  }

  private static String decode(String sourceName, byte[] content) {
    Charset charset = charset(content);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    CharBuffer chars = CharBuffer.allocate(content.length);
    CoderResult result =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(bytes, chars, true);
    String text = chars.flip().toString();
    if (result.isError()) {
      int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
      String lastLine = text.substring(text.lastIndexOf('\n') + 1);
      Problems problems = new Problems();
      problems.add(
          new Position(line, lastLine.codePointCount(0, lastLine.length()) + 1),
          "",
          null,
          "not %s: byte 0x%02x cannot stand here"
              .formatted(charset.name(), content[bytes.position()] & 0xff),
          "Save the file in UTF-8.");
      problems.throwIfAny(sourceName);
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static Charset charset(byte[] content) {
    if (content.length >= 2) {
      int mark = (content[0] & 0xff) << 8 | content[1] & 0xff;
      if (mark == 0xfeff) {
        return StandardCharsets.UTF_16BE;
      }
      if (mark == 0xfffe) {
        return StandardCharsets.UTF_16LE;
      }
    }
    return StandardCharsets.UTF_8;
  }
}
