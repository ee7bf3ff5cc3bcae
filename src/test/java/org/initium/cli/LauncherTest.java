package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with a java that prints its arguments, a line each. */
class LauncherTest {
  @Test
  void pathsAndArgumentsMayHaveBlanks(@TempDir Path folder) throws Exception {
    Path home = Files.createDirectories(folder.resolve("my models"));
    Path jdk = Files.createDirectories(folder.resolve("my jdk"));
    Path target = Files.createDirectories(home.resolve("target"));
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    executable(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    Path jar = Files.createFile(target.resolve("initium.jar"));
    Path archive = Files.createFile(target.resolve("initium.jsa"));
    Path launcher = Files.copy(Path.of("initium"), home.resolve("initium"));

    List<String> arguments = run(jdk, "sh", launcher.toString(), "fill", "normal(0, 1)");

    int count = arguments.size();
    assertEquals(
        List.of("-jar", real(jar), "fill", "normal(0, 1)"), arguments.subList(count - 4, count));
    assertTrue(
        arguments.contains("-XX:SharedArchiveFile=" + real(archive)), () -> arguments.toString());
    assertTrue(
        arguments.stream().allMatch(a -> a.startsWith("-") || arguments.indexOf(a) >= count - 4),
        () -> arguments.toString());
  }

  private static String real(Path file) throws IOException {
    return file.toRealPath().toString();
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static List<String> run(Path jdk, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().remove("INITIUM_JAVA_OPTIONS");
    Process process = builder.start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), () -> lines.toString());
    return lines;
  }
}
