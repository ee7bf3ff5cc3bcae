// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with a java that prints its arguments, a line each, and a mvn that counts. */
@Tag("slow")
class LauncherTest {
  @TempDir Path folder;

  private Path home;
  private Path jdk;
  private Path builds;
  private Path launcher;

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(folder.resolve("my models"));
    jdk = Files.createDirectories(folder.resolve("my jdk"));
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    executable(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    builds = Files.createFile(folder.resolve("builds"));
    Path tools = Files.createDirectories(folder.resolve("tools"));
    executable(
        tools.resolve("mvn"),
        "#!/bin/sh\necho build >>'%s'; sleep 1; : >'%s/target/initium.jar'\n"
            .formatted(builds, home));
    launcher = Files.copy(Path.of("initium"), home.resolve("initium"));
  }

  private void writeSources() throws IOException {
    Path main = Files.createDirectories(home.resolve("src/main"));
    for (Path file : List.of(main.resolve("A.java"), main.resolve("B.java"))) {
      Files.createFile(file);
    }
    Files.createFile(home.resolve("pom.xml"));
    makeOld();
  }

  /** Nothing is newer than a build because the test was quick. */
  private void makeOld() throws IOException {
    FileTime before = FileTime.from(Instant.now().minusSeconds(60));
    for (String name : List.of("src/main/A.java", "src/main/B.java", "src/main", "pom.xml")) {
      if (Files.exists(home.resolve(name))) {
        Files.setLastModifiedTime(home.resolve(name), before);
      }
    }
  }

  /**
   * In the POSIX locale, usual in containers, a name that is not ASCII would be written as U+FFFD.
   */
  @Test
  void namesAreUtf8InEveryLocale() throws Exception {
    Path target = Files.createDirectories(home.resolve("target"));
    Files.createFile(target.resolve("initium.jar"));
    executable(jdk.resolve("bin/java"), "#!/bin/sh\necho $LC_ALL\n");
    assertEquals(List.of("C.UTF-8"), lines(start("devices")));
  }

  @Test
  void pathsAndArgumentsMayHaveBlanks() throws Exception {
    Path target = Files.createDirectories(home.resolve("target"));
    Path jar = Files.createFile(target.resolve("initium.jar"));
    Path cache = Files.writeString(target.resolve("initium.aot"), "classes");
    for (Path path : List.of(target, cache)) { // whatever the mask
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    List<String> arguments = lines(start("fill", "normal(0, 1)"));

    int count = arguments.size();
    assertEquals(
        List.of("-jar", real(jar), "fill", "normal(0, 1)"), arguments.subList(count - 4, count));
    assertTrue(arguments.contains("-XX:AOTCache=" + real(cache)), () -> arguments.toString());
    assertTrue(
        arguments.stream().allMatch(a -> a.startsWith("-") || arguments.indexOf(a) >= count - 4),
        () -> arguments.toString());
  }

  private boolean usesCache() throws Exception {
    return lines(start("devices")).stream().anyMatch(a -> a.startsWith("-XX:AOTCache="));
  }

  /** Its classes run: it is used only where nobody else can have put it. */
  @Test
  void aCacheThatOthersCouldPlantIsLeft() throws Exception {
    Path target = Files.createDirectories(home.resolve("target"));
    Files.createFile(target.resolve("initium.jar"));
    Path cache = Files.writeString(target.resolve("initium.aot"), "classes");
    for (Path path : List.of(cache, target)) {
      String own = path == target ? "rwxr-xr-x" : "r--r--r--";
      for (String open : List.of("rwxrwxr-x", "rwxr-xrwx")) {
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(open));
        assertFalse(usesCache(), path + " is " + open);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(own));
        assertTrue(usesCache());
      }
    }
    if (Files.getAttribute(cache, "unix:uid").equals(0)) { // we may give files away
      Files.setAttribute(cache, "unix:uid", 12345);
      assertFalse(usesCache(), "another user's");
      Files.setAttribute(cache, "unix:uid", 0);
    }
    Path elsewhere = Files.move(cache, folder.resolve("planted"));
    Files.createSymbolicLink(cache, elsewhere);
    assertFalse(usesCache(), "a link");
  }

  /** It would be two folders of a class path: a bare ClassNotFoundException. */
  @Test
  void aFolderWithAColonIsSaid() throws Exception {
    Path colon = Files.createDirectories(folder.resolve("a:b/bin"));
    Files.createDirectories(folder.resolve("a:b/lib"));
    Files.createFile(folder.resolve("a:b/lib/initium.jar"));
    launcher = Files.copy(Path.of("initium"), colon.resolve("initium"));
    Process process = start("devices");
    String line = process.inputReader().readAllAsString();
    assertEquals(1, process.waitFor());
    assertTrue(line.startsWith("initium: the folder ") && line.contains("has a ':'"), line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void twoFirstStartsBuildOnce() throws Exception {
    writeSources();
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      starts.add(start("--version"));
    }
    for (Process process : starts) {
      assertEquals("--version", lines(process).getLast());
    }
    assertEquals(List.of("build"), Files.readAllLines(builds));
  }

  @Test
  void aSourceThatIsNewerOrGoneOrMoreIsBuilt() throws Exception {
    writeSources();
    lines(start("--version"));
    lines(start("--version"));
    assertEquals(1, Files.readAllLines(builds).size(), "nothing changed");

    Files.setLastModifiedTime(home.resolve("src/main/A.java"), FileTime.from(Instant.now()));
    lines(start("--version"));
    assertEquals(2, Files.readAllLines(builds).size(), "newer");

    Files.delete(home.resolve("src/main/B.java"));
    makeOld();
    lines(start("--version"));
    assertEquals(3, Files.readAllLines(builds).size(), "gone");

    Files.createFile(home.resolve("src/main/B.java"));
    makeOld();
    lines(start("--version"));
    assertEquals(4, Files.readAllLines(builds).size(), "an old one more");
    assertFalse(
        Files.getPosixFilePermissions(home.resolve("target"))
            .contains(PosixFilePermission.GROUP_WRITE),
        "whatever the mask");
  }

  /** Java takes a cache for that of another jar, and starts at half the speed without a word. */
  @Test
  void aJarThatMavenMadeSinceHasACacheOfItsOwn() throws Exception {
    writeSources();
    lines(start("--version"));
    Path log = folder.resolve("log");
    executable(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$*\" >>'" + log + "'\n");
    Path cache = home.resolve("target/initium.aot");
    Files.writeString(cache, "of another jar");
    Files.setLastModifiedTime(cache, FileTime.from(Instant.now().minusSeconds(60)));
    lines(start("--version"));
    assertTrue(
        Files.readString(log).contains("-XX:AOTCacheOutput=" + real(home.resolve("target"))));

    Files.delete(log);
    Files.setLastModifiedTime(cache, FileTime.from(Instant.now().plusSeconds(60)));
    lines(start("--version"));
    assertFalse(Files.readString(log).contains("-XX:AOTCacheOutput="));
    assertEquals(1, Files.readAllLines(builds).size());
  }

  /**
   * A release has no build: its first start makes the cache, where the folder is the user's own.
   */
  @Test
  void aReleaseMakesItsCacheOnce() throws Exception {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path lib = Files.createDirectories(home.resolve("lib"));
    launcher = Files.move(launcher, bin.resolve("initium"));
    Files.createFile(lib.resolve("initium.jar"));
    Path log = folder.resolve("log");
    for (String made : List.of("", "[ -z \"$o\" ] || echo cache >\"$o\"\n")) {
      Files.deleteIfExists(lib.resolve("initium.aot"));
      Files.deleteIfExists(log);
      executable(
          jdk.resolve("bin/java"),
          "#!/bin/sh\no=\nfor a; do case $a in -XX:AOTCacheOutput=*) o=${a#*=} ;; esac; done\n"
              + made
              + "echo \"$*\" >>'"
              + log
              + "'\n");
      Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxrwxr-x"));
      lines(start("--version"));
      assertFalse(Files.readString(log).contains("-XX:AOT"), "others could plant one");

      Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
      lines(start("--version"));
      lines(start("--version"));
      List<String> starts = Files.readAllLines(log);
      assertEquals(4, starts.size(), () -> starts.toString());
      assertTrue(starts.get(1).contains("-XX:AOTCacheOutput=" + real(lib)));
      String used = "-XX:AOTCache=" + real(lib) + "/initium.aot";
      assertEquals(!made.isEmpty(), starts.get(2).contains(used), "one that was made is used");
      assertEquals(starts.get(2), starts.get(3), "it is tried once");
    }
  }

  /** 20 MB each; Java would take that of another Java or release for none, without a word. */
  @Test
  void aCacheIsOfOneJavaAndOneRelease() throws Exception {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path lib = Files.createDirectories(home.resolve("lib"));
    Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
    launcher = Files.move(launcher, bin.resolve("initium"));
    Files.createFile(lib.resolve("initium.jar"));
    Files.writeString(lib.resolve("initium.aot"), "of a launcher before this one");
    Path first = jdk;
    jdkMakesCaches(first, "25.0.1");
    release(lib, "0.1.0");
    assertEquals(List.of("initium-25.0.1-0.1.0.aot"), cachesAfterStart(lib));

    jdk = Files.createDirectories(folder.resolve("another jdk"));
    jdkMakesCaches(jdk, "26");
    String of26 = "initium-26-0.1.0.aot";
    assertEquals(List.of("initium-25.0.1-0.1.0.aot", of26), cachesAfterStart(lib));
    jdk = first;
    jdkMakesCaches(first, "25.0.2"); // an update in place
    assertEquals(List.of("initium-25.0.2-0.1.0.aot", of26), cachesAfterStart(lib));
    Files.delete(folder.resolve("another jdk/bin/java"));
    jdkMakesCaches(first, "25.0.3");
    assertEquals(List.of("initium-25.0.3-0.1.0.aot"), cachesAfterStart(lib));

    release(lib, "0.1.0-SNAPSHOT"); // unpacked over the other; archives have fixed dates
    assertEquals(List.of("initium-25.0.3-0.1.0-SNAPSHOT.aot"), cachesAfterStart(lib));
  }

  private static void jdkMakesCaches(Path jdk, String version) throws IOException {
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"),
        "JAVA_VERSION=\"" + version + "\"\nJAVA_RUNTIME_VERSION=\"" + version + "\"\n");
    executable(
        jdk.resolve("bin/java"),
        "#!/bin/sh\nfor a; do case $a in -XX:AOTCacheOutput=*) echo classes >\"${a#*=}\" ;; esac;"
            + " done\nprintf '%s\\n' \"$@\"\n");
  }

  private static void release(Path lib, String version) throws IOException {
    Files.writeString(lib.resolve("version"), version + "\n");
    Files.setLastModifiedTime(lib.resolve("initium.jar"), FileTime.fromMillis(0));
  }

  /** Their names; the start used the one of this Java and release. */
  private List<String> cachesAfterStart(Path lib) throws Exception {
    assertTrue(usesCache());
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".aot"))
          .sorted()
          .toList();
    }
  }

  /** Java would refuse half a cache without a word, at each start from then on. */
  @Test
  void aKilledStartLeavesNoHalfCache() throws Exception {
    Path target = Files.createDirectories(home.resolve("target"));
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(target.resolve("initium.jar"));
    Path again = folder.resolve("again");
    executable(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        for a; do case $a in -XX:AOTCacheOutput=*)
          echo half >"${a#*=}"
          [ -e '%s' ] || kill -KILL $PPID
          exit ;;
        esac; done
        printf '%%s\\n' "$@"
        """
            .formatted(again));
    assertFalse(usesCache(), "half a one");
    Files.createFile(again);
    assertTrue(usesCache(), "made by the next start");
  }

  @Test
  void theBuildReadsNothingOfStandardInput() throws Exception {
    writeSources();
    Path mvn = folder.resolve("tools/mvn");
    executable(mvn, Files.readString(mvn) + "cat >/dev/null\n");
    executable(jdk.resolve("bin/java"), "#!/bin/sh\ncat\n");
    Process process = start("init", "-");
    try (Writer recipe = process.outputWriter()) {
      recipe.write("tensors: {a: [2]}\n");
    }
    assertEquals("tensors: {a: [2]}", lines(process).getLast());
  }

  private static String real(Path file) throws IOException {
    return file.toRealPath().toString();
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "umask 002; exec \"$@\"", "sh", "sh", launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().merge("PATH", "", (path, none) -> folder.resolve("tools") + ":" + path);
    builder.environment().remove("INITIUM_JAVA_OPTIONS");
    return builder.start();
  }

  private static List<String> lines(Process process) throws Exception {
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), () -> lines.toString());
    return lines;
  }
}
