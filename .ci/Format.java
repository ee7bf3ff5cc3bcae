// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats the project's Java files with google-java-format, or checks that they are: {@code java
 * Format.java FORMATTER.jar check|apply BASEDIR}. javac's packages are opened by starting the
 * formatter's own main class in a JVM of its own.
 */
final class Format {
  private static final List<String> OPENED =
      List.of("api", "code", "file", "parser", "tree", "util");

  private Format() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    boolean check = args[1].equals("check");
    Path base = Path.of(args[2]);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // it ends before C2's code would pay
    for (String name : OPENED) {
      command.add("--add-exports=jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED");
    }
    command.addAll(
        List.of("--add-opens=jdk.compiler/com.sun.tools.javac.code=ALL-UNNAMED", "-jar"));
    command.add(args[0]);
    command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    for (String folder : List.of(".ci", "src", "adapters", "bench", "examples", "native-test")) {
      if (Files.isDirectory(base.resolve(folder))) {
        try (Stream<Path> files = Files.walk(base.resolve(folder))) {
          files
              .map(Path::toString)
              .filter(f -> f.endsWith(".java") && !f.contains("/target/"))
              .forEach(command::add);
        }
      }
    }
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (check && status != 0) {
      System.err.println(
          "the files above are not formatted: run mvn -q process-sources -Dformat=apply");
    }
    System.exit(status);
  }
}
