// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The user's home. */
public final class UserHome {
  private UserHome() {}

  /**
   * The folder, or null for a user whom the system does not know, as in a container: Java's word
   * for his home is "?", which is no path at all on Windows.
   */
  public static Path folder() {
    String home = System.getProperty("user.home");
    try {
      return home != null && Path.of(home).isAbsolute() ? Path.of(home) : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
