package io.margay.datastore.etcd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Certificates and keys in the text form of RFC 7468.
///
/// Java reads private keys in PKCS #8 only. The tools of etcd's early years wrote `RSA PRIVATE KEY`
/// (RFC 8017, A.1.2) and `EC PRIVATE KEY` (RFC 5915), so those are wrapped.
final class PemFile {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /// AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, without parameters.
  private static final byte[] RSA = Base64.getDecoder().decode("MA0GCSqGSIb3DQEBAQUA");

  private static final byte[] EC_PUBLIC_KEY_OID = Base64.getDecoder().decode("BgcqhkjOPQIB");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int CURVE_PARAMETERS = 0xa0;

  private PemFile() {}

  private record Block(String label, String base64) {
    byte[] der() throws GeneralSecurityException {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new GeneralSecurityException("the " + label + " is not base64", e);
      }
    }
  }

  private static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    var matcher = BLOCK.matcher(Files.readString(file));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2).strip()));
    }
    return blocks;
  }

  static List<Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
    var factory = CertificateFactory.getInstance("X.509");
    List<Certificate> certificates = new ArrayList<>();
    for (var block : blocks(file)) {
      if (block.label().equals("CERTIFICATE")) {
        certificates.add(factory.generateCertificate(new ByteArrayInputStream(block.der())));
      }
    }
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("it holds no BEGIN CERTIFICATE");
    }
    return certificates;
  }

  /// @param algorithm of the public key that belongs to it
  static PrivateKey privateKey(Path file, String algorithm)
      throws IOException, GeneralSecurityException {
    for (var block : blocks(file)) {
      byte[] pkcs8 =
          switch (block.label()) {
            case "PRIVATE KEY" -> block.der();
            case "RSA PRIVATE KEY" -> pkcs8(RSA, block.der());
            case "EC PRIVATE KEY" -> pkcs8(ecAlgorithm(block.der()), block.der());
            case "ENCRYPTED PRIVATE KEY" ->
                throw new GeneralSecurityException(
                    "the key has a passphrase, and there is nobody to ask for it");
            default -> null;
          };
      if (pkcs8 != null) {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      }
    }
    throw new GeneralSecurityException("it holds no BEGIN PRIVATE KEY");
  }

  /// RFC 5958: version 0, the algorithm, the key as an octet string.
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return tagged(SEQUENCE, new byte[] {2, 1, 0}, algorithm, tagged(OCTET_STRING, key));
  }

  /// RFC 5915 §3: `SEQUENCE { version, privateKey OCTET STRING, [0] parameters, [1] publicKey }`;
  /// the parameters name the curve.
  private static byte[] ecAlgorithm(byte[] key) throws GeneralSecurityException {
    try {
      int at = contentStart(key, 0);
      while ((key[at] & 0xff) != CURVE_PARAMETERS) {
        at = contentStart(key, at) + length(key, at);
      }
      int start = contentStart(key, at);
      byte[] curve = new byte[length(key, at)];
      System.arraycopy(key, start, curve, 0, curve.length);
      return tagged(SEQUENCE, EC_PUBLIC_KEY_OID, curve);
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new GeneralSecurityException("the EC PRIVATE KEY does not name its curve", e);
    }
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | der[at + 2 + i] & 0xff;
    }
    return length;
  }

  private static int contentStart(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static byte[] tagged(int tag, byte[]... contents) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      content.writeBytes(part);
    }
    int length = content.size();
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
