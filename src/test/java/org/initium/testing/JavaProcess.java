// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A class's {@code main} in a Java of its own, with the class path of the tests. */
public final class JavaProcess {
  private final Class<?> main;
  private final List<String> flags = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
  private final ProcessBuilder builder = new ProcessBuilder();
  private String classPath = System.getProperty("java.class.path");

  public JavaProcess(Class<?> main) {
    this.main = main;
  }

  public JavaProcess flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** Adds a folder to the end of the class path. */
  public JavaProcess classPath(Path folder) {
    classPath += File.pathSeparator + folder;
    return this;
  }

  public JavaProcess environment(Map<String, String> variables) {
    builder.environment().putAll(variables);
    return this;
  }

  /** Java as it runs here, with the class path of the tests and what comes behind it. */
  public static ProcessBuilder java(String flag, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flag, "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /** What it prints, to either stream; it must end within five minutes, and well. */
  public String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(flags);
    command.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("java-process", ".txt");
    try {
      Process process =
          builder
              .command(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      process.destroyForcibly();
      String text = Files.readString(output);
      assertTrue(ended, () -> main + " did not end: " + text);
      assertEquals(0, process.exitValue(), text);
      return text;
    } finally {
      Files.delete(output);
    }
  }
}
