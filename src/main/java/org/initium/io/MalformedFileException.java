// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.nio.file.Path;
import org.initium.InitiumException;
import org.initium.text.Text;

/**
 * A file is not what its format asks for; the message is one line that starts with the file.
 *
 * @since 0.1.0
 */
public class MalformedFileException extends InitiumException {
  private static final long serialVersionUID = 1;

  /**
   * What is wrong with a file.
   *
   * @param file which file
   * @param message what is wrong in it
   */
  public MalformedFileException(Path file, String message) {
    super(Text.line(file + ": " + message));
  }
}
