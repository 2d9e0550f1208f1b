package io.margay.bgp.mutants;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The module's classes and its tests once more, apart from those that run, one of them a mutant.
final class MutantLoader extends URLClassLoader {

  private static final String MODULE = "io.margay.bgp.";
  private static final Path CLASSES = Path.of("target/classes");
  private static final Path TESTS = Path.of("target/test-classes");

  private MutantLoader(List<Path> directories) {
    super(
        directories.stream().map(MutantLoader::url).toArray(URL[]::new),
        MutantLoader.class.getClassLoader());
  }

  private static URL url(Path directory) {
    try {
      return directory.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Everything as it is.
  static MutantLoader unchanged() {
    return new MutantLoader(List.of(CLASSES, TESTS));
  }

  /// Compiles a mutant.
  ///
  /// @param directory an empty one, for its classes
  static MutantLoader of(Mutant mutant, Path directory) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources"));
    Path classes = Files.createDirectories(directory.resolve("classes"));
    Path file = sources.resolve(Path.of(mutant.file()).getFileName());
    Files.writeString(file, mutant.mutated());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-parameters",
              "-d",
              classes.toString(),
              "-cp",
              CLASSES + ":" + System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(null, files, diagnostics, options, null, files.getJavaFileObjects(file))
              .call();
      if (!compiled) {
        throw new IllegalStateException(
            "'%s' does not compile: %s".formatted(mutant, diagnostics.getDiagnostics()));
      }
    }
    return new MutantLoader(List.of(classes, CLASSES, TESTS));
  }

  /// Classes of the module are looked for here first.
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (name.startsWith(MODULE) && findLoadedClass(name) == null) {
        return findClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
