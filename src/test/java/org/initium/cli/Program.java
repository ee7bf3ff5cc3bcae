// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program in a process of its own. */
public final class Program {
  private Program() {}

  /** The command that starts it, after some words of a shell or none. */
  public static List<String> command(List<String> before, String main, List<String> arguments) {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xmx768m");
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(arguments);
    return command;
  }

  static Process start(File errors, String... arguments) throws IOException {
    return new ProcessBuilder(command(List.of(), "org.initium.cli.Main", List.of(arguments)))
        .redirectError(errors)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
