// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.initium.io.output.Output;
import org.initium.recipe.folder.FolderIndex;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.PieceWriter.Receipt;
import org.initium.recipe.model.Pieces;
import org.initium.recipe.plan.Plan;

/**
 * Writes a model by Spark: a task makes a file. The files are those that one process makes with
 * {@code init --part 0/1} or with {@code init --shard} and then {@code finish}, to the bit,
 * whatever fails on the way.
 *
 * <pre>{@code
 * Plan plan = Recipe.parse(text, "recipe.yaml");
 * Source source = new Source("philox", 7);
 * SparkInit job = new SparkInit(session, plan, source, FileLayout.files(5_000_000_000L), "hdfs://host/model");
 * job.run();
 * }</pre>
 */
public final class SparkInit {
  /** The file that is there when all others are, with their SHA-256. */
  static final String SUCCESS = "_SUCCESS";

  private final SparkSession session;
  private final FileLayout layout;
  private final List<Piece> pieces;
  private final Job job;
  private final HadoopOutput output;

  /**
   * A model and its place.
   *
   * @param plan the model; one that keeps tensors of a file cannot be sent
   * @param folder where its files go, as Hadoop names folders: {@code hdfs://...}, {@code
   *     s3a://...}, {@code file:///...}
   * @throws IOException if Hadoop has no such file system
   */
  public SparkInit(SparkSession session, Plan plan, Source source, FileLayout layout, String folder)
      throws IOException {
    this.session = session;
    this.layout = layout;
    this.pieces = Pieces.of(plan, layout, source.filler(), source.metadata());
    SerializableConfiguration hadoop =
        new SerializableConfiguration(session.sparkContext().hadoopConfiguration());
    String id = Job.id(plan, source, pieces);
    this.output = new HadoopOutput(folder, id, hadoop.value());
    String success = output.read(SUCCESS);
    Map<String, String> made = success.startsWith(title(id)) ? Hashes.parse(success) : Map.of();
    String run = UUID.randomUUID().toString().substring(0, 8);
    this.job = new Job(plan, source, folder, id, run, made, hadoop);
  }

  private static String title(String id) {
    return "# initium " + id + "\n";
  }

  /** What each task makes. */
  public List<Piece> pieces() {
    return pieces;
  }

  /**
   * Writes the files, then their index, then {@code _SUCCESS}. What an earlier run has made of the
   * same model is kept where its hash is right; files of an earlier other model are removed. Where
   * another model is being written at the moment, nothing is begun.
   *
   * @return what the files are, in order
   * @throws org.initium.InitiumException if the folder has safetensors files that Spark did not
   *     make, or a job of another model is writing to it
   * @throws org.apache.spark.SparkException if a task failed as often as Spark tries it
   */
  public List<Receipt> run() throws IOException {
    FolderIndex index = Pieces.index(layout, pieces);
    Set<String> own = pieces.stream().map(Piece::file).collect(Collectors.toSet());
    own.add(index.name());
    List<Receipt> receipts;
    try (Heartbeat life =
        new Heartbeat(output, job.run(), session.sparkContext().applicationId())) {
      ReplacedFiles replaced = ReplacedFiles.by(own, output);
      if (output.isObjectStore() && job.made().isEmpty()) {
        output.remove(SUCCESS); // what is made from now on is there at once
      }
      receipts = inTasks("written", MakePiece::new);
      life.refuseOthers(); // one that took this job for dead has the folder now
      commit(receipts, index, replaced);
    }
    output.close();
    return receipts;
  }

  /**
   * Computes the files again, and compares those that are there with them.
   *
   * @return how they differ, a line for each that does
   */
  public List<String> verify() throws IOException {
    List<String> differences =
        inTasks("compared", ComparePiece::new).stream()
            .filter(difference -> !difference.equals(ComparePiece.EQUAL))
            .collect(Collectors.toCollection(ArrayList::new));
    FolderIndex index = Pieces.index(layout, pieces);
    if (!output.read(index.name()).equals(index.text())) {
      differences.add(index.name() + " is not the index of these files");
    }
    return differences;
  }

  /** Makes the function of a task. */
  private interface Task<T> {
    Function<Piece, T> of(Broadcast<Job> job, LongAccumulator bytes);
  }

  private <T> List<T> inTasks(String done, Task<T> task) {
    JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
    LongAccumulator bytes = session.sparkContext().longAccumulator("bytes " + done);
    long all = pieces.stream().mapToLong(Piece::bytes).sum();
    Broadcast<Job> shared = spark.broadcast(job);
    try (StageProgress _ = new StageProgress(done, all, bytes)) {
      return spark.parallelize(pieces, pieces.size()).map(task.of(shared, bytes)).collect();
    } finally {
      shared.destroy();
    }
  }

  private void commit(List<Receipt> receipts, FolderIndex index, ReplacedFiles replaced)
      throws IOException {
    List<Output.Named> named = new ArrayList<>();
    for (Receipt receipt : receipts) {
      if (!receipt.attempt().equals(MakePiece.IN_PLACE)) {
        named.add(new Output.Named(receipt.file(), receipt.attempt(), receipt.file()));
      }
    }
    output.remove(SUCCESS); // while files change
    output.commit(named);
    output.checkFoundNamed(receipts);
    replaced.remove();
    output.write(index.name(), index.text());
    String success = title(job.id()) + Hashes.of(receipts);
    output.write(SUCCESS, success);
  }
}
