// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.plan.Plan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver and two executors, each a process, with the jar for spark-submit; and what befalls them.
 */
class SparkClusterIT {
  private static final String CLUSTER = "local-cluster[2,1,1024]";
  private static final long LIMIT_SECONDS = 280;
  private static final long SIZE = 900_000;
  private static final Path EXAMPLES = Path.of("..", "..", "examples", "cluster").toAbsolutePath();
  private static final Path DISCOVERY = EXAMPLES.normalize().resolve("gpus.sh");
  private static final String RECIPE =
      """
      tensors: {"h.{0..7}.w": [300, 700]}
      rules: [{match: "*", init: normal(std=0.02)}]
      """;

  @TempDir Path folder;
  private SparkSubmit spark;
  private Path recipe;
  private Path log;
  private Process driver;

  @BeforeEach
  void layOut() throws IOException {
    spark = new SparkSubmit(folder);
    recipe = Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
    log = folder.resolve("log");
  }

  @AfterEach
  void end() {
    if (driver != null) {
      driver.descendants().forEach(ProcessHandle::destroyForcibly);
      driver.destroyForcibly();
    }
  }

  private Path out() {
    return folder.resolve("out");
  }

  private void start(String master, Map<String, String> conf) throws IOException {
    driver =
        spark.start(
            log,
            master,
            conf,
            recipe.toString(),
            "--out",
            "faulty://" + out(),
            "--seed",
            "7",
            "--max-shard-size",
            SIZE + "B");
  }

  private void finish(int status) throws IOException, InterruptedException {
    assertTrue(driver.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> log());
    assertEquals(status, driver.exitValue(), this::log);
  }

  private String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void assertIsTheModel() throws IOException {
    Plan plan = Recipe.parse(RECIPE, "here");
    Path expected =
        Folders.ofOneProcess(folder.resolve("expected"), plan, 7, FileLayout.files(SIZE));
    Folders.assertSame(expected, out());
  }

  /** Waits until so many pieces are made, but have no names yet; answers which. */
  private Set<String> made(int count) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (System.nanoTime() < end && driver.isAlive()) {
      if (Files.isDirectory(out())) {
        try (Stream<Path> files = Files.walk(out())) {
          Set<String> receipts =
              files
                  .filter(file -> file.toString().endsWith(".receipt"))
                  .filter(file -> file.toFile().length() > 0) // else it is not written yet
                  .map(file -> file.getFileName().toString())
                  .collect(Collectors.toSet());
          if (receipts.size() >= count) {
            return receipts;
          }
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no " + count + " pieces: " + log());
  }

  /** Where one executor is killed and tasks fail, the other goes on. */
  @Test
  void anExecutorIsKilledAndATaskFailsTwice() throws IOException, InterruptedException {
    start(CLUSTER, Map.of("faulty.millis", "700", "faulty.fails", "model-00003"));
    made(1);
    List<ProcessHandle> executors = SparkSubmit.executors(driver);
    assertEquals(2, executors.size(), this::log);
    assertTrue(executors.getFirst().destroyForcibly()); // SIGKILL
    finish(0);
    assertEquals(2, spark.count("fails-"));
    assertIsTheModel();
  }

  /** Spark makes a slow piece a second time elsewhere, and takes what is there first. */
  @Test
  void aSlowTaskIsOvertakenAndADiskIsFull() throws IOException, InterruptedException {
    Map<String, String> conf = new TreeMap<>();
    conf.put("spark.speculation", "true");
    conf.put("spark.speculation.interval", "200ms");
    conf.put("spark.speculation.quantile", "0.5");
    conf.put("spark.speculation.minTaskRuntime", "1s");
    conf.put("faulty.slow", "model-00002");
    conf.put("faulty.full", "model-00004");
    try (TwoHosts cluster = new TwoHosts(folder.resolve("work"))) {
      start(cluster.url(), conf);
      finish(0);
    }
    assertEquals(1, spark.count("slow-"));
    assertEquals(1, spark.count("full-"));
    assertEquals(2, spark.count("made-model-00002"), "attempts at the slow piece");
    assertIsTheModel();
  }

  /** The next driver takes what the tasks of the one that was killed have made. */
  @Test
  void aDriverIsKilledAndStartedAgain() throws IOException, InterruptedException {
    start(CLUSTER, Map.of("faulty.millis", "700"));
    Set<String> made = made(2);
    List<ProcessHandle> executors = SparkSubmit.executors(driver);
    driver.destroyForcibly().waitFor();
    for (ProcessHandle executor : executors) {
      executor.onExit().orTimeout(60, TimeUnit.SECONDS).join(); // by themselves
    }
    assertFalse(Files.exists(out().resolve(SparkInit.SUCCESS)));
    start(CLUSTER, Map.of());
    finish(0);
    for (String receipt : made) {
      assertEquals(1, spark.count("made-" + receipt.replaceFirst(".receipt$", "")), receipt);
    }
    assertIsTheModel();
  }

  /** Each task computes on the GPU that Spark's resource API gives it. */
  @Test
  void tasksComputeOnTheGpusThatSparkGivesThem() throws IOException, InterruptedException {
    Path device = Path.of("..", "..", "native-test", "build").toAbsolutePath().normalize();
    boolean isThere = Files.exists(device.resolve("libcuda.so.1"));
    String reason = "the software CUDA device is not built: make -C native-test";
    assertTrue(isThere || !"true".equals(System.getenv("CI")), reason);
    Assumptions.assumeTrue(isThere, reason);
    Map<String, String> conf = new TreeMap<>();
    conf.put("spark.worker.resource.gpu.amount", "1");
    conf.put("spark.worker.resource.gpu.discoveryScript", DISCOVERY.toString());
    conf.put("spark.executor.resource.gpu.amount", "1");
    conf.put("spark.task.resource.gpu.amount", "1");
    conf.put("spark.executorEnv.LD_LIBRARY_PATH", device.toString());
    conf.put("spark.executorEnv.INITIUM_SOFT_DEVICES", "2");
    conf.put("spark.executor.extraJavaOptions", "-Dinitium.cuda.path=" + device);
    spark.hasGpu(1);
    start(CLUSTER, conf);
    finish(0);
    assertIsTheModel();
    // An address that no device has tells that it is the address that counts.
    spark.hasGpu(5);
    SparkSubmit.forget(out());
    start(CLUSTER, conf);
    finish(1);
    assertTrue(log().contains("cuda:5"), this::log);
  }

  @Test
  void badInputIsALine() throws IOException, InterruptedException {
    Files.writeString(recipe, "tensors: {a: [2, 2]}\nrules: []\n");
    start("local[1]", Map.of());
    finish(2);
    assertEquals(
        "initium: " + recipe + ":2:8: no rule matches a; a pattern is of the whole name, as *.bias",
        log().lines().filter(line -> line.startsWith("initium")).findFirst().orElse(log()));
  }
}
