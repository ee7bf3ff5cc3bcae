// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.sql.SparkSession;
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

/**
 * Hadoop's own HDFS, a namenode and two datanodes in this process: its files are the usual ones.
 */
class HdfsTest {
  private static final String RECIPE =
      """
      tensors: {"h.{0..5}.w": [300, 700], small: [1, 5]}
      rules: [{match: "*", init: normal(std=0.02)}]
      """;
  private static final Source SOURCE = new Source("philox", 7);
  private static final FileLayout FILES = FileLayout.files(900_000);
  private static final String FIRST = "model-00001-of-00006.safetensors";
  private static final String FOURTH = "model-00004-of-00006.safetensors";

  @TempDir static Path disks;
  private static MiniDFSCluster cluster;
  private static SparkSession session;
  private static Plan plan;

  @TempDir Path folder;
  private FileSystem hdfs;
  private org.apache.hadoop.fs.Path out;

  @BeforeAll
  static void start() throws IOException {
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disks.toString());
    conf.setLong("dfs.blocksize", 1 << 20); // the smallest: files are of several blocks
    cluster = new MiniDFSCluster.Builder(conf).numDataNodes(2).build();
    cluster.waitActive();
    plan = Recipe.parse(RECIPE, "here");
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("hdfs")
            .config("spark.ui.enabled", false)
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
  }

  @AfterAll
  static void stop() {
    session.stop();
    cluster.shutdown();
  }

  @BeforeEach
  void open() throws IOException {
    hdfs = cluster.getFileSystem();
    out = new org.apache.hadoop.fs.Path(cluster.getURI() + "/models/one");
  }

  @AfterEach
  void clear() throws IOException {
    hdfs.delete(out, true);
  }

  private SparkInit job(FileLayout layout) throws IOException {
    return new SparkInit(session, plan, SOURCE, layout, out.toString());
  }

  private void assertIsTheModel(FileLayout layout) throws IOException {
    Path copy = folder.resolve("copy");
    hdfs.copyToLocalFile(false, out, new org.apache.hadoop.fs.Path(copy.toUri()), true);
    Folders.assertSame(Folders.ofOneProcess(folder.resolve("expected"), plan, 7, layout), copy);
  }

  @Test
  void filesAreThoseOfOneProcess() throws IOException {
    job(FILES).run();
    assertIsTheModel(FILES);
    assertEquals(List.of(), job(FILES).verify());
  }

  @Test
  void shardsTakeThePlaceOfFiles() throws IOException {
    job(FILES).run();
    job(FileLayout.rows(3)).run();
    assertIsTheModel(FileLayout.rows(3));
  }

  @Test
  void aSecondRunMakesWhatIsMissingOrSpoilt() throws IOException {
    job(FILES).run();
    hdfs.delete(new org.apache.hadoop.fs.Path(out, FOURTH), false);
    try (FSDataOutputStream file = hdfs.create(new org.apache.hadoop.fs.Path(out, FIRST), true)) {
      file.writeBytes("spoilt");
    }
    assertEquals(
        List.of(FIRST + " differs from the recipe first at byte 0", FOURTH + " is not there"),
        job(FILES).verify());
    List<String> made =
        job(FILES).run().stream()
            .filter(receipt -> !receipt.attempt().equals(MakePiece.IN_PLACE))
            .map(Receipt::file)
            .toList();
    assertEquals(List.of(FIRST, FOURTH), made);
    assertIsTheModel(FILES);
  }

  @Test
  void aTaskCannotBringBackTheFolderOfAJobThatHasEnded() throws IOException {
    job(FILES).run();
    HadoopOutput ended = new HadoopOutput(out.toString(), "ended", cluster.getConfiguration(0));
    String message =
        assertThrows(IOException.class, () -> ended.create(FIRST, "late-1")).getMessage();
    assertEquals(
        out
            + "/_initium-ended is not there: the job has ended, or this machine does not share the"
            + " folder",
        message);
    assertThrows(IOException.class, () -> ended.writeOfJob(FIRST + ".receipt", "late"));
    ended.abort(FIRST, "late-1");
    assertIsTheModel(FILES);
  }

  /** What a killed task's datanodes still have open is no file of the model. */
  @Test
  void anAttemptThatNobodyClosedIsNotTaken() throws IOException {
    String id = Job.id(plan, SOURCE, job(FILES).pieces());
    FSDataOutputStream torn =
        hdfs.create(new org.apache.hadoop.fs.Path(out, "_initium-" + id + "/" + FIRST + ".old-1"));
    torn.writeBytes("torn");
    torn.hflush();
    job(FILES).run();
    assertFalse(hdfs.exists(new org.apache.hadoop.fs.Path(out, "_initium-" + id)));
    assertIsTheModel(FILES);
  }
}
