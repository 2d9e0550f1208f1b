package io.margay.datastore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/// Why a file cannot be read or written, in words.
public final class FileFailure {

  private FileFailure() {}

  /// Half a sentence, without the file's name: "permission denied".
  public static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "not a directory";
      case FileAlreadyExistsException _ -> "there is one already";
      case FileSystemLoopException _ -> "its symbolic links lead in a circle";
      case CharacterCodingException _ -> "not UTF-8 text";
      // The kernel's words (errno(3)): Read-only file system, No space left on device.
      case FileSystemException e when e.getReason() != null -> small(e.getReason());
      case IOException _ when "Is a directory".equals(failure.getMessage()) -> "it is a directory";
      default -> small(String.valueOf(failure.getMessage()));
    };
  }

  /// The same for a failure that was wrapped.
  public static String reason(UncheckedIOException failure) {
    IOException cause = failure.getCause();
    return cause == null ? String.valueOf(failure.getMessage()) : reason(cause);
  }

  private static String small(String sentence) {
    boolean word = sentence.length() > 1 && Character.isLowerCase(sentence.charAt(1));
    return word
        ? sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1)
        : sentence;
  }
}
