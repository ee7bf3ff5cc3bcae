// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * Spark as it is installed: a folder with its jars, none of ours among them, from which a driver
 * and executors start as processes of their own.
 */
final class SparkSubmit {
  /** What Initium's jar for spark-submit has to bring along. */
  private static final String OURS =
      "(initium|snakeyaml-engine|picocli|jcu|openblas|junit|opentest4j|apiguardian|surefire|failsafe"
          + "|hadoop-client-minicluster).*";

  private final Path home;
  private final Path state;

  /** Lays Spark out; a folder of the test is for what happens. */
  SparkSubmit(Path folder) throws IOException {
    this.home = Path.of("target", "spark").toAbsolutePath();
    this.state = Files.createDirectory(folder.resolve("state"));
    if (Files.exists(home)) {
      forget(home);
    }
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      String name = jar.getFileName().toString();
      if (name.endsWith(".jar") && !name.matches(OURS)) {
        Files.createSymbolicLink(jars.resolve(name), jar.toAbsolutePath());
      }
    }
    addTests(jars.resolve("faulty.jar"));
  }

  /** The file system of the tests, and the settings of their log. */
  private static void addTests(Path jar) throws IOException {
    Path classes = Path.of("target", "test-classes");
    try (Stream<Path> files = Files.walk(classes);
        OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Path added : files.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(added).toString();
        if (name.contains("FaultyFileSystem") || name.startsWith("log4j2")) {
          out.putNextEntry(new JarEntry(name));
          Files.copy(added, out);
          out.closeEntry();
        }
      }
    }
  }

  /** Lets this machine have one GPU, as nvidia-smi tells. */
  void hasGpu(int ordinal) throws IOException {
    Path program = Files.createDirectories(home.resolve("bin")).resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/sh\necho " + ordinal + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Where {@link FaultyFileSystem} notes what has happened. */
  Path state() {
    return state;
  }

  /** Removes a folder and what is in it. */
  static void forget(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** What has happened of a kind. */
  long count(String event) throws IOException {
    try (Stream<Path> events = Files.list(state)) {
      return events.filter(path -> path.getFileName().toString().startsWith(event)).count();
    }
  }

  /**
   * Starts the command.
   *
   * @param conf settings of Spark; those of the faulty file system begin with {@code faulty.}
   */
  Process start(Path log, String master, Map<String, String> conf, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-Xmx512m", "-cp", home.resolve("jars") + "/*"));
    command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--conf", "spark.local.dir=" + home.resolve("local")));
    command.addAll(List.of("--conf", "spark.executor.memory=512m"));
    String hadoop = "spark.hadoop.";
    command.addAll(
        List.of("--conf", hadoop + "fs.faulty.impl=" + FaultyFileSystem.class.getName()));
    command.addAll(List.of("--conf", hadoop + "faulty.state=" + state));
    conf.forEach(
        (key, value) -> {
          String name = key.startsWith("faulty.") ? hadoop + key : key;
          command.addAll(List.of("--conf", name + "=" + value));
        });
    command.add(System.getProperty("initium.all.jar"));
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command);
    Map<String, String> environment = process.environment();
    environment.put("SPARK_HOME", home.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("PATH", home.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
    return process
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** The executors that a driver has started. */
  static List<ProcessHandle> executors(Process driver) {
    return driver
        .descendants()
        .filter(p -> p.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }
}
