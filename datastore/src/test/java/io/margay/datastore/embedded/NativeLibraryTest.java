package io.margay.datastore.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

  @TempDir Path cache;

  @Test
  void theLibraryIsUnpackedOnceForThisUserAlone() throws IOException {
    Path directory = unpack(cache);
    Path library = directory.resolve("libsqlitejdbc.so");
    assertThat(library).isNotEmptyFile();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    Files.setLastModifiedTime(library, FileTime.fromMillis(1000));
    assertThat(unpack(cache)).isEqualTo(directory);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(FileTime.fromMillis(1000));
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(library);
    }
  }

  @Test
  void aCopyThatOthersCouldHaveWrittenIsNotUsed() throws IOException {
    Path directory = unpack(cache);
    Path library = directory.resolve("libsqlitejdbc.so");
    Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(NativeLibrary.unpackBelowOneOf(List.of(cache))).isEmpty();
    Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThat(NativeLibrary.unpackBelowOneOf(List.of(cache))).isEmpty();
  }

  @Test
  void theNextPlaceIsTakenWhereOneCannotBeWritten() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    assertThat(NativeLibrary.unpackBelowOneOf(List.of(file, cache)))
        .hasValueSatisfying(directory -> assertThat(directory).startsWith(cache.resolve("margay")));
    assertThat(NativeLibrary.unpackBelowOneOf(List.of(file))).isEmpty();
  }

  @Test
  void thePlacesFollowTheUsersEnvironment() {
    assertThat(NativeLibrary.cacheDirectories(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/home/ann")))
        .containsExactly(Path.of("/x"), Path.of("/home/ann/.cache"), Path.of("/var/cache"));
    assertThat(NativeLibrary.cacheDirectories(Map.of("XDG_CACHE_HOME", "rel", "HOME", "/h")))
        .containsExactly(Path.of("/h/.cache"), Path.of("/var/cache"));
  }

  private static Path unpack(Path cache) {
    return NativeLibrary.unpackBelowOneOf(List.of(cache)).orElseThrow();
  }
}
