// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.initium.InitiumException;
import org.initium.io.output.Output;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.PieceWriter.Receipt;
import org.initium.recipe.plan.Plan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark in this process, of two threads: its files are those of one process. */
class SparkInitTest {
  private static final String RECIPE =
      """
      tensors:
        "h.{0..5}.": {w: [300, 700], q: [64, 64], fused: {shape: [90, 40], dtype: bf16}}
        tied: {like: h.0.w, write: once}
        small: [1, 5]
      rules:
        - {match: "*.q", init: "orthogonal(gain=0.5)"}
        - {match: "*.fused", parts: [{narrow: [0, 0, 30], init: zeros}, {narrow: [0, 30, 60], init: "normal(std=1/3)"}]}
        - {match: "*", init: "trunc_normal(std=0.02)"}
      """;
  private static final Source SOURCE = new Source("philox", 7);
  private static final FileLayout FILES = FileLayout.files(900_000);
  private static final FileLayout ROWS = FileLayout.rows(3);
  private static final String FIRST = "model-00001-of-00006.safetensors";

  private static SparkSession session;
  private static Plan plan;

  @TempDir Path folder;
  private Configuration hadoop;

  @BeforeAll
  static void start() throws IOException {
    plan = Recipe.parse(RECIPE, "here");
    session =
        SparkSession.builder()
            .master("local[2,4]") // a task may fail three times
            .appName("test")
            .config("spark.ui.enabled", false)
            .config("spark.hadoop.fs.faulty.impl", FaultyFileSystem.class.getName())
            .config("spark.hadoop.fs.faulty.impl.disable.cache", true)
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @BeforeEach
  void setState() throws IOException {
    hadoop = session.sparkContext().hadoopConfiguration();
    hadoop.set("faulty.state", Files.createDirectory(folder.resolve("state")).toString());
  }

  @AfterEach
  void forgetFaults() throws InterruptedException {
    awaitTasks();
    List.of("broken", "fails", "full", "fulls", "late", "slow", "millis", "plain", "objects")
        .forEach(f -> hadoop.unset("faulty." + f));
  }

  private Path expected(FileLayout layout) throws IOException {
    return Folders.ofOneProcess(folder.resolve("expected"), plan, 7, layout);
  }

  private Path out() {
    return folder.resolve("out");
  }

  private SparkInit job(Source source, FileLayout layout) throws IOException {
    return new SparkInit(session, plan, source, layout, "faulty://" + out());
  }

  private SparkInit job(FileLayout layout) throws IOException {
    return job(SOURCE, layout);
  }

  /** A job ends with the failure of one task; the others go on for a moment, and tidy up. */
  private static void awaitTasks() throws InterruptedException {
    while (Stream.of(session.sparkContext().statusTracker().getExecutorInfos())
        .anyMatch(executor -> executor.numRunningTasks() > 0)) {
      Thread.sleep(10);
    }
  }

  @Test
  void filesAreThoseOfOneProcess() throws IOException {
    List<Receipt> receipts = job(FILES).run();
    assertEquals(6, receipts.size());
    Folders.assertSame(expected(FILES), out());
    assertEquals(List.of(), job(FILES).verify());
  }

  @Test
  void shardsAreThoseOfOneProcess() throws IOException {
    new SparkInit(session, plan, SOURCE, ROWS, out().toUri().toString()).run(); // file:///
    Folders.assertSame(expected(ROWS), out());
  }

  /** Numbers that one generator gives in order are found in each task. */
  @Test
  void torchsNumbersAreThoseOfOneProcess() throws IOException {
    Source torch = new Source("torch-cpu", 7);
    job(torch, FILES).run();
    Map<String, String> files = Folders.hashes(out());
    job(torch, FileLayout.files(1)).run(); // all others go
    job(torch, FILES).run();
    assertEquals(files, Folders.hashes(out()));
  }

  @Test
  void tasksThatFailAreDoneAgain() throws IOException {
    hadoop.set("faulty.fails", FIRST);
    hadoop.set("faulty.full", "model-00002");
    job(FILES).run();
    assertTrue(Files.exists(folder.resolve("state/fails-1")));
    assertTrue(Files.exists(folder.resolve("state/full-0")));
    Folders.assertSame(expected(FILES), out());
  }

  @Test
  void aTaskThatGoesOnFailingEndsTheJobInALine() throws Exception {
    hadoop.set("faulty.broken", FIRST);
    Exception e = assertThrows(Exception.class, () -> job(FILES).run());
    String line = e.getMessage().lines().findFirst().orElseThrow();
    assertTrue(line.contains("failed 4 times") && line.contains("told to fail"), line);
    awaitTasks();
    try (Stream<Path> files = Files.list(out())) {
      assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
    }
    hadoop.unset("faulty.broken");
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  /** An object is there when it is whole; what was given up never is. */
  @Test
  void anObjectStoreNeedsNoRename() throws IOException {
    hadoop.setBoolean("faulty.objects", true);
    hadoop.set("faulty.full", "model-00003");
    hadoop.set("faulty.fails", FIRST);
    job(FILES).run();
    assertTrue(Files.exists(folder.resolve("state/full-0")));
    Folders.assertSame(expected(FILES), out());
  }

  @Test
  void whatWasGivenUpIsNoObject() throws IOException {
    hadoop.setBoolean("faulty.objects", true);
    hadoop.set("faulty.fulls", FIRST);
    assertThrows(Exception.class, () -> job(FILES).run());
    assertFalse(Files.exists(out().resolve(FIRST)));
  }

  @Test
  void aSecondRunMakesWhatIsMissingOrSpoilt() throws IOException {
    job(FILES).run();
    Path spoilt = out().resolve(FIRST);
    byte[] bytes = Files.readAllBytes(spoilt);
    bytes[bytes.length - 1] ^= 1;
    Files.write(spoilt, bytes);
    Files.delete(out().resolve("model-00004-of-00006.safetensors"));
    assertEquals(
        List.of(
            FIRST + " differs from the recipe first at byte " + (bytes.length - 1),
            "model-00004-of-00006.safetensors is not there"),
        job(FILES).verify());
    FileTime old = FileTime.fromMillis(0);
    for (int i : List.of(1, 2, 3, 5, 6)) {
      Files.setLastModifiedTime(out().resolve("model-0000" + i + "-of-00006.safetensors"), old);
    }
    List<Receipt> receipts = job(FILES).run();
    assertEquals(
        List.of(FIRST, "model-00004-of-00006.safetensors"),
        receipts.stream()
            .filter(receipt -> !receipt.attempt().equals(MakePiece.IN_PLACE))
            .map(Receipt::file)
            .toList());
    assertEquals(old, Files.getLastModifiedTime(out().resolve("model-00002-of-00006.safetensors")));
    Folders.assertSame(expected(FILES), out());
  }

  /** A driver that was killed before it gave the files their names: its tasks' work is kept. */
  @Test
  void aDriverGoesOnWhereOneWasKilled() throws IOException {
    job(FILES).run();
    Map<String, String> made = Hashes.parse(Files.readString(out().resolve(SparkInit.SUCCESS)));
    String id = Files.readString(out().resolve(SparkInit.SUCCESS)).split("[ \n]")[2];
    Path work = Files.createDirectory(out().resolve("_initium-" + id));
    for (Map.Entry<String, String> file : made.entrySet()) {
      Files.writeString(work.resolve(file.getKey() + ".receipt"), file.getValue() + "  old-1\n");
      Files.move(out().resolve(file.getKey()), work.resolve(file.getKey() + ".old-1"));
    }
    Files.writeString(work.resolve(FIRST + ".old-1"), "torn");
    Files.delete(out().resolve(SparkInit.SUCCESS));
    Files.delete(out().resolve("model.safetensors.index.json"));
    List<Receipt> receipts = job(FILES).run();
    Map<String, Boolean> kept =
        receipts.stream()
            .collect(Collectors.toMap(Receipt::file, receipt -> receipt.attempt().equals("old-1")));
    assertEquals(5, kept.values().stream().filter(Boolean::booleanValue).count());
    assertFalse(kept.get(FIRST));
    Folders.assertSame(expected(FILES), out());
  }

  @Test
  void anotherModelInTheFolderLeavesNothingOfTheFirst() throws IOException {
    job(ROWS).run();
    job(new Source("philox", 8), FILES).run();
    assertEquals(6, job(FILES).verify().size(), "all files differ, the index does not");
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  private HadoopOutput killedAsItBegan(String id) throws IOException {
    HadoopOutput killed = new HadoopOutput("faulty://" + out(), id, hadoop);
    killed.makeFolder();
    ReplacedFiles.by(Set.of(), killed);
    return killed;
  }

  /** Two models into one folder at once: the second is refused, the first goes on as if alone. */
  @Test
  void aJobThatIsAtItIsLeftAlone() throws Exception {
    hadoop.set("faulty.late", FIRST);
    SparkInit first = job(FILES);
    FutureTask<List<Receipt>> done = new FutureTask<>(first::run);
    Thread.ofVirtual().start(done);
    while (Files.notExists(folder.resolve("state/late-0"))) {
      assertFalse(done.isDone());
      Thread.sleep(10);
    }
    try {
      String message = assertThrows(InitiumException.class, job(ROWS)::run).getMessage();
      assertTrue(
          message.matches(
              "faulty:.*/out is being written by the job of another model, Spark's application"
                  + " local-\\d+, last heard of \\d+ s ago; give another folder, or wait for its"
                  + " end; if it was killed, try again in \\d+ s"),
          message);
      try (Stream<Path> files = Files.list(out())) {
        assertEquals(1, files.count(), "the folder of the first, and none of the second");
      }
    } finally {
      Files.createFile(folder.resolve("state/go"));
    }
    done.get();
    Folders.assertSame(expected(FILES), out());
    job(ROWS).run();
    Folders.assertSame(Folders.ofOneProcess(folder.resolve("rows"), plan, 7, ROWS), out());
  }

  /** One that was killed leaves its sign of life, which is no more than two minutes good. */
  @Test
  void aJobThatIsSilentIsDead() throws IOException {
    HadoopOutput killed = killedAsItBegan("killed");
    killed.writeOfJob("alive-1", "application_7");
    Path sign = out().resolve("_initium-killed/alive-1");
    FileTime now = Files.getLastModifiedTime(sign);
    Files.setLastModifiedTime(sign, FileTime.fromMillis(now.toMillis() - 60_000));
    String message = assertThrows(InitiumException.class, job(FILES)::run).getMessage();
    assertTrue(message.contains("application_7, last heard of 6"), message);
    Files.setLastModifiedTime(
        sign, FileTime.fromMillis(now.toMillis() - Heartbeat.SILENCE.toMillis()));
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  /** A driver that is stopped by a signal has its file systems closed, and no more. */
  @Test
  void aJobThatIsStoppedTakesItsSignAway() throws IOException {
    Configuration cached = new Configuration(hadoop);
    cached.setBoolean("fs.faulty.impl.disable.cache", false);
    HadoopOutput output = new HadoopOutput("faulty://" + out(), "stopped", cached);
    Path sign = out().resolve("_initium-stopped/alive-1");
    try (Heartbeat _ = new Heartbeat(output, "1", "application_7")) {
      assertTrue(Files.exists(sign));
      FileSystem.get(URI.create("faulty://" + out()), cached).close(); // as Hadoop does at exit
      assertFalse(Files.exists(sign));
    }
  }

  /** It was not dead, but slow: nothing that another job has made meanwhile goes. */
  @Test
  void aJobThatWasTakenForDeadEndsInALine() throws IOException {
    HadoopOutput slow = killedAsItBegan("slow");
    try (Heartbeat life = new Heartbeat(slow, "1", "application_7")) {
      Files.setLastModifiedTime(out().resolve("_initium-slow/alive-1"), FileTime.fromMillis(0));
      job(FILES).run();
      String message = assertThrows(IOException.class, life::refuseOthers).getMessage();
      assertTrue(message.contains("_initium-slow is not there: the job has ended"), message);
    }
    Folders.assertSame(expected(FILES), out());
  }

  /** Two drivers of one model: what the first has named, the second finds at its place. */
  @Test
  void whatAnotherDriverOfTheModelHasNamedStays() throws IOException {
    HadoopOutput output = killedAsItBegan("twice");
    Files.writeString(out().resolve("_initium-twice/" + FIRST + ".1"), "bits");
    List<Output.Named> named = List.of(new Output.Named(FIRST, "1", FIRST));
    output.commit(named);
    output.commit(named);
    assertEquals("bits", Files.readString(out().resolve(FIRST)));
    String bits = "e5e59d10f196504b6e08ac7785f84430a61e1558fd6246075a9566edaab2e814";
    output.checkFoundNamed(List.of(new Receipt(FIRST, "1", 4, bits)));
    Receipt other = new Receipt(FIRST, "1", 4, "0".repeat(64));
    String message =
        assertThrows(IOException.class, () -> output.checkFoundNamed(List.of(other))).getMessage();
    assertTrue(message.contains(FIRST + " is another model's"), message);
  }

  /** A driver that was killed while files got their names: the next one knows what was there. */
  @Test
  void aDriverGoesOnReplacingWhereOneWasKilled() throws IOException {
    job(ROWS).run();
    String id = Job.id(plan, SOURCE, job(FILES).pieces());
    killedAsItBegan(id);
    Files.delete(out().resolve(SparkInit.SUCCESS));
    Files.delete(out().resolve("shard-00002-model-00001-of-00001.safetensors"));
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  /** What a killed driver had to replace, a third model replaces too. */
  @Test
  void anotherModelGoesOnWhereOneWasKilled() throws IOException {
    job(ROWS).run();
    killedAsItBegan("killed");
    Files.delete(out().resolve(SparkInit.SUCCESS));
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  /** A job ends while a task is still at it; the task does not bring the job's folder back. */
  @Test
  void aTaskThatOutlivesItsJobLeavesNothing() throws Exception {
    hadoop.set("faulty.broken", FIRST);
    hadoop.set("faulty.late", "model-00002");
    assertThrows(Exception.class, () -> job(FILES).run());
    hadoop.unset("faulty.broken");
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
    Files.createFile(folder.resolve("state/go"));
    awaitTasks();
    Folders.assertSame(expected(FILES), out());
  }

  /** Hadoop's file systems of FTP and SFTP, say, have less than HDFS has. */
  @Test
  void aFileSystemMayHaveNoNonRecursiveCreate() throws IOException {
    hadoop.setBoolean("faulty.plain", true);
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
    HadoopOutput ended = new HadoopOutput("faulty://" + out(), "ended", hadoop);
    String message =
        assertThrows(IOException.class, () -> ended.create(FIRST, "late-1")).getMessage();
    assertTrue(message.contains("_initium-ended is not there: the job has ended"), message);
  }

  /** In an object store the files of a job that died have their names. */
  @Test
  void whatADeadJobMadeIsReplaced() throws Exception {
    hadoop.setBoolean("faulty.objects", true);
    hadoop.set("faulty.broken", "shard-00003");
    assertThrows(Exception.class, () -> job(ROWS).run());
    awaitTasks();
    assertTrue(Folders.hashes(out()).keySet().stream().anyMatch(name -> name.startsWith("shard")));
    hadoop.unset("faulty.broken");
    job(FILES).run();
    Folders.assertSame(expected(FILES), out());
  }

  /** Loaders take the one file before an index; nobody but its owner may say that it goes. */
  @Test
  void someoneElsesFilesAreRefused() throws IOException {
    for (String name :
        List.of("model.safetensors", "shard-00001-model-00001-of-00001.safetensors")) {
      Path other = Files.createDirectories(out()).resolve(name);
      Files.writeString(other, "theirs");
      InitiumException e = assertThrows(InitiumException.class, () -> job(FILES).run());
      assertEquals(
          "faulty:"
              + out()
              + " has "
              + name
              + ", which is no file of this model and of none that Spark made there;"
              + " give a new folder, or remove it",
          e.getMessage());
      try (Stream<Path> files = Files.list(out())) {
        assertEquals(List.of(other), files.toList());
      }
      Files.delete(other);
    }
  }

  @Test
  void aTaskHasItsThreadsAndNoMore() {
    JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
    List<Integer> threads =
        spark
            .parallelize(List.of(1), 1)
            .map(_ -> SOURCE.filler(TaskContext.get()).threads())
            .collect();
    assertEquals(List.of(1), threads, "spark.task.cpus");
  }

  @Test
  void gpusAreThoseOfTheirAddresses() {
    assertEquals("[cuda:3, cuda:0]", TaskResources.devices("3", "0").toString());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> TaskResources.devices("GPU-8a5f"));
    assertTrue(e.getMessage().contains("'GPU-8a5f'"), e.getMessage());
  }
}
