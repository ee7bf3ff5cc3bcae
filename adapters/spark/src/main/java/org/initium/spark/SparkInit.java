package org.initium.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.initium.Device;
import org.initium.io.CheckpointLayout;
import org.initium.io.SafetensorsHeader;
import org.initium.io.output.Output;
import org.initium.recipe.Layout;
import org.initium.recipe.Piece;
import org.initium.recipe.PieceWriter.Receipt;
import org.initium.recipe.Plan;

/**
 * Writes a model by Spark: a task makes a file. The files are those that one process makes with
 * {@code init --part} or {@code init --shard}, to the bit, whatever fails on the way.
 */
public final class SparkInit {
  static final String SUCCESS = "_SUCCESS";

  private SparkInit() {}

  /**
   * Writes the files of a model, then Hugging Face's index if they are of whole tensors, then
   * {@code _SUCCESS}. Files that an earlier run made are kept if they have the hash that it noted.
   *
   * @param folder where to, as Hadoop names folders: {@code hdfs://...}, {@code file:///...}
   * @return what the files are, in order
   */
  public static List<Receipt> run(
      SparkSession session, Plan plan, Source source, Layout layout, String folder)
      throws IOException {
    return run(session, plan, source, layout, folder, false);
  }

  /**
   * Recomputes the model and compares the files with it, byte for byte.
   *
   * @throws org.apache.spark.SparkException that names the first byte that differs, or a file that
   *     is not there
   */
  public static List<Receipt> verify(
      SparkSession session, Plan plan, Source source, Layout layout, String folder)
      throws IOException {
    return run(session, plan, source, layout, folder, true);
  }

  private static List<Receipt> run(
      SparkSession session, Plan plan, Source source, Layout layout, String folder, boolean verify)
      throws IOException {
    List<Piece> pieces = plan.pieces(layout, source.filler(Device.CPU), source.metadata());
    JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
    Job job =
        new Job(
            plan,
            source,
            folder,
            Job.id(plan, source, pieces),
            UUID.randomUUID().toString().substring(0, 8),
            new LinkedHashMap<>(),
            verify,
            new SerializableConfiguration(spark.hadoopConfiguration()));
    HadoopOutput output = job.output();
    if (!verify) {
      String success = output.read(SUCCESS, false);
      if (success.startsWith(job.id() + "\n")) {
        job.made().putAll(Receipts.parse(success));
      }
      output.makeFolder();
    }
    LongAccumulator written = session.sparkContext().longAccumulator("bytes of the model");
    long all = pieces.stream().mapToLong(Piece::bytes).sum();
    Broadcast<Job> shared = spark.broadcast(job);
    List<Receipt> receipts;
    try (ProgressLine _ = new ProgressLine(verify ? "verified" : "written", all, written)) {
      receipts =
          spark.parallelize(pieces, pieces.size()).map(new PieceTask(shared, written)).collect();
    } finally {
      shared.destroy();
    }
    if (!verify) {
      commit(output, job, layout, pieces, receipts);
    }
    return receipts;
  }

  private static void commit(
      HadoopOutput output, Job job, Layout layout, List<Piece> pieces, List<Receipt> receipts)
      throws IOException {
    List<Output.Named> named = new ArrayList<>();
    for (Receipt receipt : receipts) {
      if (!receipt.attempt().equals(PieceTask.IN_PLACE)) {
        named.add(new Output.Named(receipt.file(), receipt.attempt(), receipt.file()));
      }
    }
    output.remove(SUCCESS); // while files change
    output.commit(named);
    if (layout instanceof Layout.Files(String checkpoint, long maxBytes)) {
      Map<String, SafetensorsHeader> files = new LinkedHashMap<>();
      pieces.forEach(piece -> files.put(piece.file(), piece.header()));
      output.write(CheckpointLayout.indexName(checkpoint), false, CheckpointLayout.index(files));
    }
    List<Receipt> done =
        receipts.stream()
            .map(r -> new Receipt(r.file(), PieceTask.IN_PLACE, r.bytes(), r.sha256()))
            .toList();
    output.write(
        SUCCESS, false, (job.id() + "\n" + Receipts.text(done)).getBytes(StandardCharsets.UTF_8));
    output.close();
  }
}
