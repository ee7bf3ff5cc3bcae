// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.security.CodeSource;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A file as a jar holds it. */
interface Packed {
  /** Its size. */
  long bytes() throws IOException;

  /** Its bytes from the first on. */
  InputStream open() throws IOException;

  /** A resource. */
  record Resource(URL url) implements Packed {
    @Override
    public long bytes() throws IOException {
      URLConnection connection = url.openConnection();
      return connection.getContentLengthLong();
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
    public InputStream open() {
      return new ByteArrayInputStream(content);
    }
  }

  /**
   * A resource in the package of a class, read from its jar: to ask its class loader, which looks
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
            try (InputStream in = zip.getInputStream(entry)) {
              return new InMemory(in.readAllBytes());
            }
          }
        }
      }
    }
    try (InputStream in = owner.getResourceAsStream(name)) { // of a folder, of a jar in a jar
      return in == null ? null : new InMemory(in.readAllBytes());
    }
  }
}
