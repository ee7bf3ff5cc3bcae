// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** The version, which stands in the pom, and which the build writes into a resource. */
final class Version {
  static final Set<String> OPTIONS = Set.of("-V", "--version");

  private Version() {}

  /** What {@code --version} prints; nothing, and nothing is read, where nobody asks for it. */
  static String line(String... arguments) {
    if (Arrays.stream(arguments).noneMatch(OPTIONS::contains)) {
      return "";
    }
    try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
      return "initium " + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
