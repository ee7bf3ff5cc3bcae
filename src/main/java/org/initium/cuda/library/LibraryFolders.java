// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.initium.natives.UserHome;

/** The folders where NVIDIA's libraries may lie. */
final class LibraryFolders {
  /** WSL, containers that the driver is mounted into, distributions. */
  static final List<Path> DRIVER =
      paths(
          "/usr/lib/wsl/lib",
          "/usr/local/nvidia/lib64",
          "/usr/local/nvidia/lib",
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/lib");

  /** Of toolkits. */
  static final List<Path> TOOLKIT =
      paths(
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/targets/x86_64-linux/lib",
          "/opt/cuda/lib64",
          "/usr/local/nvidia/lib64",
          "/usr/lib/x86_64-linux-gnu");

  private LibraryFolders() {}

  private static List<Path> paths(String... names) {
    return Stream.of(names).map(Path::of).toList();
  }

  /** Those that the user names. */
  static List<Path> named() {
    return listed(System.getProperty("initium.cuda.path", System.getenv("INITIUM_CUDA_PATH")));
  }

  /** Those of a variable as LD_LIBRARY_PATH. */
  static List<Path> listed(String list) {
    return list == null
        ? List.of()
        : Stream.of(list.split(File.pathSeparator))
            .filter(folder -> !folder.isBlank())
            .map(LibraryFolders::path)
            .filter(Objects::nonNull)
            .toList();
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      return null; // no folder has such a name
    }
  }

  /** Those of the toolkit that variables point to. */
  static List<Path> toolkits() {
    return Stream.of("CUDA_HOME", "CUDA_PATH")
        .map(System::getenv)
        .filter(home -> home != null && !home.isBlank())
        .map(LibraryFolders::path)
        .filter(Objects::nonNull)
        .flatMap(home -> Stream.of(home.resolve("lib64"), home.resolve("lib")))
        .toList();
  }

  /**
   * Those of NVIDIA's Python wheels, {@code site-packages/nvidia/PACKAGE/lib}, of every Python that
   * this user would run: the active environment, PATH's, pyenv's, the user's own and the system's.
   */
  static List<Path> wheels() {
    List<Path> wheels = new ArrayList<>();
    Collection<Path> sites = new LinkedHashSet<>(listed(System.getenv("PYTHONPATH")));
    for (Path prefix : pythons()) {
      for (String lib : List.of("lib", "lib64")) {
        for (Path python : children(prefix.resolve(lib), "python3*")) {
          sites.add(python.resolve("site-packages"));
          sites.add(python.resolve("dist-packages"));
        }
      }
    }
    for (Path site : sites) {
      wheels.addAll(packages(site.resolve("nvidia")));
    }
    return wheels;
  }

  /** The folders of all wheels beside that one's, or none if it is no wheel's. */
  static List<Path> besides(Path folder) {
    Path nvidia = folder.toAbsolutePath().resolve("../..").normalize();
    return nvidia.endsWith("nvidia") ? packages(nvidia) : List.of();
  }

  private static List<Path> packages(Path nvidia) {
    return children(nvidia, "*").stream()
        .map(wheel -> wheel.resolve("lib"))
        .filter(Files::isDirectory)
        .toList();
  }

  private static Collection<Path> pythons() {
    Collection<Path> prefixes = new LinkedHashSet<>();
    prefixes.addAll(listed(System.getenv("VIRTUAL_ENV")));
    prefixes.addAll(listed(System.getenv("CONDA_PREFIX")));
    for (Path folder : listed(System.getenv("PATH"))) {
      Path usual = folder.resolve("python3");
      for (Path python : // python3.12 may be alone
          Files.isExecutable(usual) ? List.of(usual) : children(folder, "python3.*")) {
        prefixes.add(folder.resolve("..").normalize());
        try {
          prefixes.add(python.toRealPath().resolve("../..").normalize());
        } catch (IOException e) {
          // It went away, and so did its packages.
        }
      }
    }
    Path home = UserHome.folder();
    if (home != null) {
      prefixes.add(home.resolve(".local"));
      prefixes.addAll(children(home.resolve(".pyenv/versions"), "*"));
    }
    prefixes.addAll(paths("/usr/local", "/usr", "/opt/conda"));
    return prefixes;
  }

  /**
   * In the order of their names; none where there is no such folder, or where it may not be read.
   */
  private static List<Path> children(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, glob)) {
      all.forEach(found::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of();
    }
    found.sort(null);
    return found;
  }
}
