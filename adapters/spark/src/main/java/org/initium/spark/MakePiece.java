// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.initium.InitiumException;
import org.initium.io.output.Output;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.PieceWriter;
import org.initium.recipe.model.PieceWriter.Receipt;

/**
 * A task that makes a piece, unless an earlier one has made it. It may run twice at once, or end at
 * any point: attempts are files of their own, or all the same bytes.
 */
record MakePiece(Broadcast<Job> job, LongAccumulator written) implements Function<Piece, Receipt> {
  /** Of a piece that has its name already. */
  static final String IN_PLACE = "in place";

  @Override
  public Receipt call(Piece piece) throws IOException {
    HadoopOutput output = job.value().output();
    Receipt known = known(piece, output);
    if (known != null) {
      written.add(piece.bytes());
      return known;
    }
    String attempt = job.value().run() + "-" + TaskContext.get().taskAttemptId();
    try (Output.Attempt file = output.create(piece.file(), attempt)) {
      Receipt receipt = write(piece, attempt, file);
      output.writeOfJob(receipt(piece), Hashes.line(receipt.sha256(), attempt));
      return output.isObjectStore() ? inPlace(piece, receipt.sha256()) : receipt;
    } catch (IOException | RuntimeException e) {
      try {
        output.abort(piece.file(), attempt);
      } catch (IOException further) {
        e.addSuppressed(further);
      }
      throw e;
    }
  }

  private Receipt write(Piece piece, String attempt, Output.Attempt file) throws IOException {
    Job work = job.value();
    TaskContext task = TaskContext.get();
    return new PieceWriter(work.plan(), work.source().filler(task))
        .write(
            piece,
            attempt,
            file,
            bytes -> {
              written.add(bytes);
              if (task.isInterrupted()) { // another attempt was faster, or the job has failed
                throw new InitiumException("task " + attempt + " is no longer needed");
              }
            });
  }

  /** What this or an earlier driver's task has made already; null if that is to be made again. */
  private Receipt known(Piece piece, HadoopOutput output) throws IOException {
    String committed = job.value().made().get(piece.file());
    if (committed != null && output.has(piece.file(), piece.bytes(), committed)) {
      return inPlace(piece, committed);
    }
    Iterator<Map.Entry<String, String>> lines =
        Hashes.parse(output.readOfJob(receipt(piece))).entrySet().iterator();
    if (!lines.hasNext()) {
      return null;
    }
    Map.Entry<String, String> made = lines.next();
    String sha256 = made.getValue();
    if (output.has(piece.file(), piece.bytes(), sha256)) {
      return inPlace(piece, sha256);
    }
    return output.hasAttempt(piece.file(), made.getKey(), piece.bytes(), sha256)
        ? new Receipt(piece.file(), made.getKey(), piece.bytes(), sha256)
        : null;
  }

  private static Receipt inPlace(Piece piece, String sha256) {
    return new Receipt(piece.file(), IN_PLACE, piece.bytes(), sha256);
  }

  private static String receipt(Piece piece) {
    return piece.file() + ".receipt";
  }
}
