// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.initium.io.StoredTensor;
import org.initium.io.output.CheckpointWriter;
import org.initium.io.output.Output;
import org.initium.io.output.TensorFileWriter;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;

/**
 * Writes pieces of a plan, one after the other.
 *
 * @since 0.1.0
 */
public final class PieceWriter {
  /**
   * What was written.
   *
   * @param file the name that the piece is to get
   * @param attempt which attempt at it that was
   * @param bytes how many
   * @param sha256 their hash, in hexadecimal digits
   */
  public record Receipt(String file, String attempt, long bytes, String sha256)
      implements Serializable {}

  private final PlanFiller filler;
  private final RegionFiller regions;
  private final Map<String, PlannedTensor> tensors;

  /**
   * A writer of the pieces of a plan that the filler makes.
   *
   * @param plan the tensors, the same in each process
   * @param filler of that process
   */
  public PieceWriter(Plan plan, PlanFiller filler) {
    this.filler = filler;
    this.regions = filler.regions(plan);
    this.tensors =
        plan.written().stream().collect(Collectors.toMap(PlannedTensor::name, tensor -> tensor));
  }

  private void fill(List<String> order, RowShard shard, ChunkSink sink) throws IOException {
    filler.of(shard).fill(regions, order.stream().map(tensors::get).toList(), sink);
  }

  /** Writes all of a checkpoint, in its order, and finishes it. */
  List<Path> write(CheckpointWriter file, RowShard shard, LongConsumer progress)
      throws IOException {
    fill(
        file.order(),
        shard,
        (tensor, offset, bytes) -> {
          file.write(tensor.name(), offset, bytes);
          progress.accept(bytes.byteSize());
        });
    return file.finish();
  }

  /**
   * Writes a piece to an attempt of an output, which is then finished.
   *
   * @param name of the attempt
   * @param progress is told how many more bytes are written
   * @param piece which file
   * @param attempt where it goes
   * @return what was written and its hash
   * @throws java.io.IOException if it cannot be written
   */
  public Receipt write(Piece piece, String name, Output.Attempt attempt, LongConsumer progress)
      throws IOException {
    TensorFileWriter file = new TensorFileWriter(piece.header(), attempt);
    fill(
        piece.header().tensors().stream().map(StoredTensor::name).toList(),
        piece.shard(),
        (tensor, offset, bytes) -> {
          file.write(tensor.name(), offset, bytes);
          progress.accept(bytes.byteSize());
        });
    String hash = HexFormat.of().formatHex(file.finish());
    return new Receipt(piece.file(), name, piece.bytes(), hash);
  }

  /**
   * Writes a piece to a local or shared folder, where it gets its name when it is whole.
   *
   * @param piece which file
   * @param folder where it goes
   * @param progress is told how many more bytes are written
   * @throws java.io.IOException if it cannot be written
   */
  public void write(Piece piece, Path folder, LongConsumer progress) throws IOException {
    try (CheckpointWriter file =
        CheckpointWriter.create(folder.resolve(piece.file()), piece.header())) {
      write(file, piece.shard(), progress);
    }
  }
}
