// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Which file a library of this process was loaded from. */
final class LoadedLibrary {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private LoadedLibrary() {}

  static boolean isLinux() {
    return Files.exists(MAPS);
  }

  /**
   * The file of a library of libtorch's: of Linux's list of what is loaded; elsewhere its bare
   * name, by which a system finds what it has loaded.
   *
   * @throws IllegalStateException if it is not loaded
   */
  static Path path(String name) {
    String file = System.mapLibraryName(name);
    if (!isLinux()) {
      return Path.of(file);
    }
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines
          .filter(line -> line.endsWith("/" + file))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      file
                          + " is not loaded in this process; use the engine first (DJL:"
                          + " Engine.getInstance(), JavaCPP: Loader.load(torch.class)), or name the"
                          + " file: Libtorch.at(path)"));
    } catch (IOException e) {
      throw new IllegalStateException(MAPS + " cannot be read: " + e.getMessage(), e);
    }
  }
}
