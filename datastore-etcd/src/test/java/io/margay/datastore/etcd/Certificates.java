package io.margay.datastore.etcd;

import io.margay.datastore.etcd.EtcdCluster.ServerTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A certificate authority of one test, and what it signs, made by the JDK's `keytool`.
final class Certificates {

  private static final String PASSWORD = "secret";

  private final Path directory;
  private final String name;
  private final Path store;

  /// A certificate and its key, both PEM files.
  record Pair(Path cert, Path key) {}

  Certificates(Path directory, String name) {
    this.directory = directory;
    this.name = name;
    this.store = directory.resolve(name + ".p12");
    keytool(
        "-genkeypair",
        "-alias",
        "ca",
        "-dname",
        "CN=" + name,
        "-ext",
        "bc:c=ca:true",
        "-keyalg",
        "EC");
  }

  /// The authority's own certificate.
  Path ca() {
    return export("ca");
  }

  /// A certificate for 127.0.0.1.
  Pair sign(String alias) {
    return sign(alias, "EC", "-0d");
  }

  Pair signRsa(String alias) {
    return sign(alias, "RSA", "-0d");
  }

  /// One that was good for a day, ten days ago.
  Pair signExpired(String alias) {
    return sign(alias, "EC", "-10d");
  }

  private Pair sign(String alias, String algorithm, String start) {
    keytool("-genkeypair", "-alias", alias, "-dname", "CN=" + alias, "-keyalg", algorithm);
    Path request = directory.resolve(name + "-" + alias + ".csr");
    Path cert = directory.resolve(name + "-" + alias + ".crt");
    keytool("-certreq", "-alias", alias, "-file", request.toString());
    keytool(
        "-gencert",
        "-alias",
        "ca",
        "-infile",
        request.toString(),
        "-outfile",
        cert.toString(),
        "-rfc",
        "-ext",
        "san=ip:127.0.0.1",
        "-ext",
        "eku=serverAuth,clientAuth",
        "-startdate",
        start,
        "-validity",
        "1");
    return new Pair(cert, exportKey(alias));
  }

  ServerTls serverTls(Pair server) {
    return serverTls(server, ca());
  }

  /// @param clientCa who signs the certificates of clients that are served
  ServerTls serverTls(Pair server, Path clientCa) {
    return new ServerTls(server.cert(), server.key(), clientCa);
  }

  private Path export(String alias) {
    Path file = directory.resolve(name + "-" + alias + ".crt");
    keytool("-exportcert", "-alias", alias, "-rfc", "-file", file.toString());
    return file;
  }

  private Path exportKey(String alias) {
    Path file = directory.resolve(name + "-" + alias + ".key");
    try (var in = Files.newInputStream(store)) {
      var keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      byte[] der = keys.getKey(alias, PASSWORD.toCharArray()).getEncoded();
      return Files.writeString(file, pem("PRIVATE KEY", der));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String pem(String label, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(List.of("-storetype", "PKCS12"));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("keytool.log").toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new AssertionError(
            command + ": " + Files.readString(directory.resolve("keytool.log")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
