// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.security.CodeSource;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A file as a jar holds it. */
interface Packed {
  /** Its size. */
  long bytes() throws IOException;

  /** Their CRC-32. */
  long crc() throws IOException;

  /** Its bytes from the first on. */
  InputStream open() throws IOException;

  /** The CRC-32 of a stream, which is closed. */
  static long crc(InputStream stream) throws IOException {
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[1 << 18];
    try (stream) {
      for (int count; (count = stream.read(chunk)) >= 0; ) {
        crc.update(chunk, 0, count);
      }
    }
    return crc.getValue();
  }

  /** A resource. */
  record Resource(URL url) implements Packed {
    @Override
    public long bytes() throws IOException {
      URLConnection connection = url.openConnection();
      return connection.getContentLengthLong();
    }

    @Override
    public long crc() throws IOException {
      return Packed.crc(open());
    }

    @Override
    public InputStream open() throws IOException {
      return url.openStream();
    }
  }

  /** What was read already. */
  record InMemory(byte[] content) implements Packed {
    @Override
    public long bytes() {
      return content.length;
    }

    @Override
    public long crc() throws IOException {
      return Packed.crc(open());
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(content);
    }
  }

  /** An entry of a jar, whose list of them is all that is read unless it is opened. */
  record Entry(File jar, String name, long bytes, long crc) implements Packed {
    @Override
    public InputStream open() throws IOException {
      try (ZipFile zip = new ZipFile(jar);
          InputStream in = zip.getInputStream(zip.getEntry(name))) {
        return new ByteArrayInputStream(in.readAllBytes());
      }
    }
  }

  /**
   * A resource in the package of a class, found in its jar: to ask its class loader, which looks
   * through all modules of Java before, takes a start 10 ms.
   *
   * @return null if there is none
   */
  static Packed beside(Class<?> owner, String name) throws IOException {
    CodeSource source = owner.getProtectionDomain().getCodeSource();
    if (source != null && !owner.getModule().isNamed()) {
      URL jar = source.getLocation();
      File file = new File(jar.getPath());
      if ("file".equals(jar.getProtocol()) && file.isFile()) {
        try (ZipFile zip = new ZipFile(file)) {
          ZipEntry entry = zip.getEntry(owner.getPackageName().replace('.', '/') + "/" + name);
          if (entry != null) {
            return new Entry(file, entry.getName(), entry.getSize(), entry.getCrc());
          }
        }
      }
    }
    try (InputStream in = owner.getResourceAsStream(name)) { // of a folder, of a jar in a jar
      return in == null ? null : new InMemory(in.readAllBytes());
    }
  }
}
