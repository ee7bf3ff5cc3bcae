// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.initium.Backend;
import org.initium.DeviceUnavailableException;
import org.initium.natives.NativeFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is loaded from where, and what is said where it is not there. Needs no device. */
class LoadingTest {
  private static final String PROPERTY = "initium.cuda.path";

  @AfterEach
  void forgetThePath() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void theBackendIsThereWithoutADevice() {
    assertTrue(Backend.all().stream().anyMatch(backend -> backend.type().equals("cuda")));
  }

  @Test
  void whatIsMissingIsSaidInOneLine(@TempDir Path empty) {
    System.setProperty(PROPERTY, empty.toString());
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class,
            () -> Libraries.load(new Library("libcusolver-of-none.so.11")));
    assertTrue(
        e.getMessage().startsWith("no libcusolver-of-none.so.11: looked in "), e::getMessage);
    assertTrue(e.getMessage().contains(empty.toString()), e::getMessage);
    assertTrue(e.getMessage().contains("INITIUM_CUDA_PATH"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void anotherMajorVersionIsNamed(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("libnone.so.12"));
    System.setProperty(PROPERTY, folder.toString());
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class, () -> Libraries.load(new Library("libnone.so.11")));
    assertTrue(e.getMessage().contains("found " + folder.resolve("libnone.so.12")), e::getMessage);
  }

  @Test
  void aFileThatDoesNotLoadIsNamed(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("libbroken.so.1"), "not a library");
    System.setProperty(PROPERTY, folder.toString());
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class, () -> Libraries.load(new Library("libbroken.so.1")));
    assertTrue(e.getMessage().contains("found, but it does not load"), e::getMessage);
  }

  @Test
  void aFileThatWasTamperedWithIsReplaced(@TempDir Path folder) throws IOException {
    URL resource = LoadingTest.class.getResource("/org/initium/cuda/normal_f32.ptx");
    NativeFiles files = new NativeFiles(folder);
    Path file = files.unpack(resource, "normal_f32.ptx");
    byte[] sound = Files.readAllBytes(file);
    byte[] changed = sound.clone();
    changed[1000] ^= 1;
    Files.write(file, changed);
    assertArrayEquals(sound, Files.readAllBytes(files.unpack(resource, "normal_f32.ptx")));
    Files.write(file, new byte[] {1});
    assertArrayEquals(sound, Files.readAllBytes(files.unpack(resource, "normal_f32.ptx")));
    try (var left = Files.list(folder)) {
      assertEquals(1, left.count(), "no partial file stays");
    }
  }

  @Test
  void theFolderIsPrivate() throws IOException {
    Path folder = NativeFiles.of("test").folder();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    Files.delete(folder);
  }
}
