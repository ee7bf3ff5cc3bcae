// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody but this user can plant what is loaded. */
class NativeFilesTest {
  @TempDir Path folder;

  private static final URL RESOURCE = NativeFilesTest.class.getResource("NativeFilesTest.class");

  /** As a temporary folder that was made with a mask of 002 is not. */
  @BeforeEach
  void ownTheFolder() throws IOException {
    permit(folder, "rwx------");
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private String refused(Path path) {
    return assertThrows(IOException.class, () -> PrivateFolder.at(path)).getMessage();
  }

  @Test
  void aFolderIsMadeForItsOwnerAlone() throws IOException {
    Path made = PrivateFolder.at(folder.resolve("a/b/natives"));
    for (Path each = made; !each.equals(folder.toRealPath()); each = each.getParent()) {
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
    }
    assertEquals(made, PrivateFolder.at(made));
    try (var left = Files.list(made)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void aFolderThatOthersCanWriteToIsRefused() throws IOException {
    for (String permissions : new String[] {"rwxrwxrwx", "rwxrwx---", "rwx----w-"}) {
      Path natives = folder.resolve("natives");
      Files.createDirectories(natives);
      permit(natives, permissions);
      assertEquals("others can write to " + natives.toRealPath(), refused(natives));
    }
  }

  /** Who can write to a folder above can put another one in its place. */
  @Test
  void aFolderBelowOneThatOthersCanWriteToIsRefused() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    permit(open, "rwxrwxrwx");
    assertEquals("others can write to " + open.toRealPath(), refused(open.resolve("natives")));
    Files.setAttribute(open, "unix:mode", 01777); // but not where the sticky bit is set, as in /tmp
    PrivateFolder.at(open.resolve("natives"));
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(folder.resolve("natives"), elsewhere);
    assertEquals(folder.toRealPath().resolve("natives") + " is a link or no folder", refused(link));
  }

  @Test
  void aFileThatIsALinkIsReplacedAndNotWrittenThrough() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "theirs");
    Path file = folder.resolve("library.so");
    Files.createSymbolicLink(file, victim);
    assertEquals(file, new NativeFiles(folder).unpack(RESOURCE, "library.so"));
    assertFalse(Files.isSymbolicLink(file));
    assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    assertEquals("theirs", Files.readString(victim));
  }

  /** Of the right size and date, as JavaCPP would take it. */
  @Test
  void aFileThatWasPlantedIsReplaced() throws IOException {
    NativeFiles files = new NativeFiles(folder);
    Path file = files.unpack(RESOURCE, "library.so");
    byte[] sound = Files.readAllBytes(file);
    var date = Files.getLastModifiedTime(file);
    byte[] planted = sound.clone();
    planted[planted.length - 1] ^= 1;
    Files.write(file, planted);
    Files.setLastModifiedTime(file, date);
    assertArrayEquals(sound, Files.readAllBytes(files.unpack(RESOURCE, "library.so")));
  }

  /** A user that the system has no entry of, as in many containers: Java's home is then "?". */
  @Test
  void whereThereIsNoHomeTheFolderIsATemporaryOne() throws IOException {
    for (String name : List.of("INITIUM_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA")) {
      assumeTrue(System.getenv(name) == null, () -> name + " is asked before the home");
    }
    // On Windows "?" can be no path, as what has a zero in it nowhere can.
    for (String none : List.of("?", "\0")) {
      String home = System.getProperty("user.home");
      try {
        System.setProperty("user.home", none);
        Path natives = NativeFiles.of("none").folder();
        assertEquals(Path.of(System.getProperty("java.io.tmpdir")), natives.getParent());
      } finally {
        System.setProperty("user.home", home);
      }
    }
    assertFalse(Files.exists(Path.of("?")));
  }

  /** A process that is killed while it unpacks leaves what it has of 40 MB. */
  @Test
  void whatKilledProcessesLeftIsSweptWhenItIsOldAndNobodysWork() throws IOException {
    Path loader = Files.createDirectory(folder.resolve("loader-1"));
    List<Path> left =
        List.of(
            Files.writeString(folder.resolve("library.so1.partial"), "half"),
            Files.writeString(loader.resolve("library.so"), "whole"),
            loader);
    Path young = Files.writeString(folder.resolve("library.so2.partial"), "half");
    Path grows = Files.writeString(folder.resolve("library.so3.partial"), "half");
    Path other = Files.writeString(folder.resolve("other.so"), "whole");
    FileTime old = FileTime.fromMillis(System.currentTimeMillis() - 3_700_000);
    for (Path each : List.of(left.get(0), left.get(1), left.get(2), grows, other)) {
      Files.setLastModifiedTime(each, old);
    }
    try (FileChannel channel = FileChannel.open(grows, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      Path library = new NativeFiles(folder).unpack(RESOURCE, "library.so");
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(Set.of(young, grows, other, library), files.collect(Collectors.toSet()));
      }
    }
    Files.delete(young);
    new NativeFiles(folder).unpack(RESOURCE, "library.so"); // is there: no start looks for more
    assertTrue(Files.exists(grows));
  }
}
