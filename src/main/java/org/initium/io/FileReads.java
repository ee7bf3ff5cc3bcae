// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.initium.text.Text;

/** Says which file it was where a read fails: the system says "Input/output error" alone. */
final class FileReads {
  /** What is read of a file. */
  interface Read<T> {
    T get() throws IOException;
  }

  private FileReads() {}

  static <T> T of(Path file, Read<T> read) throws IOException {
    try {
      return read.get();
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("cannot read " + Text.reason(file, e), e);
    }
  }
}
