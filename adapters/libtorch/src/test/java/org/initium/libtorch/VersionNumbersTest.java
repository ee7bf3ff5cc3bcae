// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * torch-cpu's numbers against the libtorchs that DJL has had, each in a process of its own; the pom
 * copies their artifacts to target/libtorch.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the artifacts are of Linux x86-64")
class VersionNumbersTest {
  private static final Path ARTIFACTS = Path.of("target/libtorch");

  @TempDir Path libraries;

  @ParameterizedTest
  @ValueSource(strings = {"2.4.0", "2.5.1", "2.7.1"})
  void areThoseOfTheLibrary(String version) throws Exception {
    unpack(ARTIFACTS.resolve("pytorch-native-cpu-" + version + "-linux-x86_64.jar"));
    String library = libraries.resolve("libtorch_cpu.so").toString();
    String output = OwnProcess.output(VersionNumbers.class, library, version);
    assertEquals("432 fills are equal\n", output);
  }

  private void unpack(Path artifact) throws IOException {
    try (ZipFile jar = new ZipFile(artifact.toFile())) {
      for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        if (name.startsWith("lib")) {
          try (InputStream packed = jar.getInputStream(entry);
              InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(packed) : packed) {
            Path file = libraries.resolve(name.replaceFirst("\\.gz$", ""));
            Files.copy(plain, file, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }
}
