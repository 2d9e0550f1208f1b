package io.margay.datastore.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/// Keeps SQLite's native library unpacked between runs. sqlite-jdbc by itself unpacks it from its
/// jar and compares the two on every start, which costs a short-lived command more than all the
/// rest of opening the store.
///
/// Loading code from a file that someone else can write would hand them this process, so the copy
/// lies in a cache directory of this user's own, and counts only if nobody else can write it or the
/// directory. Without such a place the library is unpacked for this process alone, and its file
/// gone as soon as it is loaded: sqlite-jdbc would delete it at an orderly end, which not every
/// process comes to. Wherever `org.sqlite.lib.path` is set, sqlite-jdbc does as it always does.
final class NativeLibrary {

  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

  private static final String PATH_PROPERTY = "org.sqlite.lib.path";
  private static final String NAME_PROPERTY = "org.sqlite.lib.name";
  private static final String FILE_NAME = "libsqlitejdbc.so";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static boolean prepared;

  private NativeLibrary() {}

  /// Points sqlite-jdbc to an unpacked copy. To be called before the first connection is made.
  static synchronized void prepare() {
    if (prepared) {
      return;
    }
    prepared = true;
    if (System.getProperty(PATH_PROPERTY) == null) {
      unpackBelowOneOf(cacheDirectories(System.getenv()))
          .ifPresentOrElse(NativeLibrary::pointTo, NativeLibrary::loadOnce);
    }
  }

  private static void pointTo(Path directory) {
    System.setProperty(PATH_PROPERTY, directory.toString());
    System.setProperty(NAME_PROPERTY, FILE_NAME);
  }

  /// Loads a copy that leaves nothing behind, however this process ends.
  private static void loadOnce() {
    try {
      Path directory = Files.createTempDirectory("margay-sqlite", OWNER_ONLY);
      Path library = directory.resolve(FILE_NAME);
      try {
        unpack(directory, library);
        pointTo(directory);
        SQLiteJDBCLoader.initialize();
      } finally {
        Files.deleteIfExists(library);
        Files.delete(directory);
      }
    } catch (Exception e) {
      // sqlite-jdbc tries by itself, and says what is wrong if it cannot either.
      LOG.debug("SQLite's library could not be loaded from a copy: {}", e.toString());
      System.clearProperty(PATH_PROPERTY);
      System.clearProperty(NAME_PROPERTY);
    }
  }

  /// The directory where the library lies unpacked, now if not before.
  static Optional<Path> unpackBelowOneOf(List<Path> candidates) {
    for (Path cache : candidates) {
      try {
        Path directory = cache.resolve("margay").resolve(versionName());
        Path library = directory.resolve(FILE_NAME);
        if (!isOurs(directory) || !isOurs(library)) {
          unpack(directory, library);
        }
        return Optional.of(directory);
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("no copy of SQLite's library is kept below {}: {}", cache, e.toString());
      }
    }
    return Optional.empty();
  }

  /// The XDG Base Directory Specification's place for what can be made anew, and for root also the
  /// Filesystem Hierarchy Standard's.
  static List<Path> cacheDirectories(Map<String, String> environment) {
    List<Path> directories = new ArrayList<>();
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (xdg.startsWith("/")) {
      directories.add(Path.of(xdg));
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
    if (home.startsWith("/")) {
      directories.add(Path.of(home, ".cache"));
    }
    directories.add(Path.of("/var/cache"));
    return directories;
  }

  /// One copy for each version and build of the driver, and for each kind of machine. The driver's
  /// own word for the latter takes long to find out, so it waits until there is a need to unpack.
  private static String versionName() throws IOException {
    try {
      Path jar =
          Path.of(SQLiteConfig.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return jar.getFileName() + "-" + Files.size(jar) + "-" + System.getProperty("os.arch");
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException("the driver is in no file", e);
    }
  }

  private static boolean isOurs(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    var attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    var self = Files.getOwner(Path.of("/proc/self"));
    Set<PosixFilePermission> permissions = attributes.permissions();
    if (!attributes.owner().equals(self)
        || attributes.isSymbolicLink()
        || permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(path + " is not this user's alone");
    }
    return true;
  }

  /// Written under another name first, so that no process ever loads half of it.
  private static void unpack(Path directory, Path library) throws IOException {
    Files.createDirectories(directory, OWNER_ONLY);
    if (!isOurs(directory)) {
      throw new IOException(directory + " cannot be made");
    }
    String resource =
        "/org/sqlite/native/"
            + OSInfo.getNativeLibFolderPathForCurrentOS()
            + "/"
            + System.mapLibraryName("sqlitejdbc");
    Path partial = Files.createTempFile(directory, FILE_NAME, ".new", OWNER_ONLY);
    try (InputStream packed = SQLiteConfig.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new IOException("the driver has no library " + resource);
      }
      Files.copy(packed, partial, StandardCopyOption.REPLACE_EXISTING);
      Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
