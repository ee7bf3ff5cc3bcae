// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.PieceWriter;

/** A task that compares a file with its piece; answers how they differ, or nothing. */
record ComparePiece(Broadcast<Job> job, LongAccumulator compared)
    implements Function<Piece, String> {
  static final String EQUAL = "";

  @Override
  public String call(Piece piece) throws IOException {
    Job work = job.value();
    PieceWriter writer = new PieceWriter(work.plan(), work.source().filler(TaskContext.get()));
    try (ComparingAttempt file =
        new ComparingAttempt(piece.file(), work.output().open(piece.file()))) {
      try {
        writer.write(piece, "", file, compared::add);
      } catch (IOException e) {
        if (file.difference().equals(EQUAL)) {
          throw e;
        }
      }
      return file.difference();
    } catch (FileNotFoundException e) {
      return piece.file() + " is not there";
    }
  }
}
