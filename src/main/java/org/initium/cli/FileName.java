// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.initium.text.Text;

/** Names of files, of which some systems refuse a few. */
final class FileName {
  private FileName() {}

  /**
   * The file of that name.
   *
   * @throws IllegalArgumentException if there can be none
   */
  static Path parse(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("'' cannot be the name of a file");
    }
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          Text.message("'%s' cannot be the name of a file here: %s", name, e.getReason()), e);
    }
  }

  /**
   * A file that is written, which has its name when it is whole: standard output cannot be one.
   *
   * @throws IllegalArgumentException if there can be none of that name, or it is the usual sign for
   *     standard output
   */
  static Path output(String name) {
    if (name.equals("-")) {
      throw new IllegalArgumentException(
          "standard output cannot be written whole or not at all; give a file, ./- for one called"
              + " so");
    }
    return parse(name);
  }
}
