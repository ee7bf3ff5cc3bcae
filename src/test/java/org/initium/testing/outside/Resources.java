// SPDX-License-Identifier: Apache-2.0
package org.initium.testing.outside;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Known answers that lie among the tests' resources. */
public final class Resources {
  private Resources() {}

  /** The lines of a resource beside a class, or from the root, but for comments. */
  public static List<String> lines(Class<?> owner, String name) throws IOException {
    try (InputStream in = owner.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }
}
