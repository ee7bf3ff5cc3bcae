package org.initium.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;
import org.initium.Device;
import org.initium.io.output.Output;
import org.initium.recipe.Piece;
import org.initium.recipe.PieceWriter;
import org.initium.recipe.PieceWriter.Receipt;

/**
 * Makes a piece under a name of the attempt's own, and tells what it made. Attempts at one piece do
 * no harm to each other: they make equal files.
 */
final class PieceTask implements Function<Piece, Receipt> {
  private static final long serialVersionUID = 1;

  /** The attempt of a piece that has its name already. */
  static final String IN_PLACE = "";

  private final Broadcast<Job> job;
  private final LongAccumulator written;

  PieceTask(Broadcast<Job> job, LongAccumulator written) {
    this.job = job;
    this.written = written;
  }

  @Override
  public Receipt call(Piece piece) throws IOException {
    Job work = job.value();
    HadoopOutput output = work.output();
    if (work.verify()) {
      try (Output.Attempt file = output.comparing(piece.file())) {
        return write(piece, IN_PLACE, file);
      }
    }
    Receipt known = known(piece, output);
    return known == null ? make(piece, output) : known;
  }

  /** What this or an earlier driver's task has made already; null if that is to be made again. */
  private Receipt known(Piece piece, HadoopOutput output) throws IOException {
    Receipt made = job.value().made().get(piece.file());
    if (made == null) {
      made = Receipts.parse(output.read(receipt(piece), true)).get(piece.file());
    }
    if (made == null) {
      return null;
    }
    if (output.has(piece.file(), false, made.bytes(), made.sha256())) {
      written.add(piece.bytes());
      return new Receipt(piece.file(), IN_PLACE, made.bytes(), made.sha256());
    }
    String attempt = piece.file() + "." + made.attempt();
    if (!made.attempt().equals(IN_PLACE)
        && output.has(attempt, true, made.bytes(), made.sha256())) {
      written.add(piece.bytes());
      return made;
    }
    return null;
  }

  private static String receipt(Piece piece) {
    return piece.file() + ".receipt";
  }

  private Receipt make(Piece piece, HadoopOutput output) throws IOException {
    String attempt = job.value().run() + "-" + TaskContext.get().taskAttemptId();
    Output.Attempt file = output.create(piece.file(), attempt);
    boolean done = false;
    try (file) {
      Receipt receipt = write(piece, attempt, file);
      output.write(receipt(piece), true, Receipts.text(receipt).getBytes(StandardCharsets.UTF_8));
      done = true;
      return receipt;
    } finally {
      if (!done) {
        output.abort(piece.file(), attempt);
      }
    }
  }

  private Receipt write(Piece piece, String attempt, Output.Attempt file) throws IOException {
    Job work = job.value();
    setThreads();
    PieceWriter writer = new PieceWriter(work.plan(), work.filler(device()));
    return writer.write(piece, attempt, file, written::add);
  }

  /** A task computes on as many threads as Spark has given it; Spark's number is the JVM's. */
  private static void setThreads() {
    if (System.getProperty("initium.threads") == null) {
      System.setProperty("initium.threads", SparkEnv.get().conf().get("spark.task.cpus", "1"));
    }
  }

  /** The GPU that Spark gave the task, or the CPU. */
  private static Device device() {
    ResourceInformation gpu = TaskContext.get().resourcesJMap().get("gpu");
    return gpu == null ? Device.CPU : Device.parse("cuda:" + gpu.addresses()[0]);
  }
}
