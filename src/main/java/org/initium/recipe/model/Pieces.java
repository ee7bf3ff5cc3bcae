// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.initium.io.CheckpointLayout;
import org.initium.io.SafetensorsHeader;
import org.initium.io.StoredTensor;
import org.initium.io.TensorSpec;
import org.initium.recipe.folder.FolderIndex;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.initium.recipe.plan.TensorContent;
import org.initium.text.Text;

/**
 * Cuts plans into pieces: the files of a layout.
 *
 * @since 0.1.0
 */
public final class Pieces {
  /** A matrix, its reflectors and its factor: what an orthogonal tensor takes beside itself. */
  private static final int MATRICES = 3;

  private final Plan plan;
  private final PlanFiller filler;
  private final Map<String, String> metadata;
  private final Map<String, Joined> joined = new HashMap<>();

  /** Elements that depend on each other, and the bytes of each. */
  private record Joined(long elements, int elementBytes) {}

  private Pieces(Plan plan, PlanFiller filler, Map<String, String> metadata) {
    this.plan = plan;
    this.filler = filler;
    this.metadata = metadata;
    RegionFiller regions = filler.regions(plan);
    for (PlannedTensor tensor : plan.written()) {
      PlannedTensor drawn = drawn(tensor);
      if (regions.isWhole(drawn)) {
        joined.put(
            tensor.name(), new Joined(elements(drawn, regions.cuts(drawn)), drawn.dtype().bytes()));
      }
    }
  }

  /** What is drawn for it: a copy's values, and what a norm is of. */
  private static PlannedTensor drawn(PlannedTensor tensor) {
    return switch (tensor.content()) {
      case TensorContent.Copied copied -> drawn(copied.original());
      case TensorContent.Norm norm -> drawn(norm.of());
      case TensorContent.Drawn _, TensorContent.Kept _ -> tensor;
    };
  }

  private static long elements(PlannedTensor tensor, int cuts) {
    return Arrays.stream(tensor.shape().sizes(), cuts, tensor.shape().rank())
        .reduce(1, Math::multiplyExact);
  }

  /**
   * The files that processes make each for itself: together they are the model, with the bits of
   * one run.
   *
   * @param filler what will make them
   * @param run metadata for all of them: {@link Provenance#of}
   * @param plan the tensors
   * @param layout how they are in files
   * @return the files, in the order of the index
   */
  public static List<Piece> of(
      Plan plan, FileLayout layout, PlanFiller filler, Map<String, String> run) {
    return new Pieces(plan, filler, run).of(layout);
  }

  /**
   * {@return what stands beside all pieces of a layout, as {@code initium finish} writes it}
   *
   * @param layout how tensors are in files
   * @param pieces all of them
   */
  public static FolderIndex index(FileLayout layout, List<Piece> pieces) {
    Map<String, SafetensorsHeader> files = new LinkedHashMap<>();
    pieces.forEach(piece -> files.put(piece.file(), piece.header()));
    return switch (layout) {
      case FileLayout.Files(String checkpoint, long _) -> FolderIndex.ofTensors(checkpoint, files);
      case FileLayout.Rows _ -> FolderIndex.ofShards(files);
    };
  }

  private List<Piece> of(FileLayout layout) {
    return switch (layout) {
      case FileLayout.Files(String checkpoint, long maxBytes) -> {
        CheckpointLayout files = layout(RowShard.ALL, maxBytes);
        List<Piece> pieces = new ArrayList<>();
        for (int f = 0; f < files.files().size(); f++) {
          pieces.add(piece(files.plainName(checkpoint, f), RowShard.ALL, files.files().get(f)));
        }
        yield List.copyOf(pieces);
      }
      case FileLayout.Rows(int count) ->
          IntStream.range(0, count).mapToObj(i -> rows(new RowShard(i, count))).toList();
    };
  }

  private Piece rows(RowShard shard) {
    CheckpointLayout layout = layout(shard, Long.MAX_VALUE);
    if (layout.files().size() > 1) {
      throw new IllegalArgumentException(
          Text.message(
              "the %d tensors of a shard have a longer header than readers accept in one file;"
                  + " share them out as files of whole tensors",
              plan.tensors().size()));
    }
    return piece(shard.fileName(), shard, layout.files().getFirst());
  }

  private CheckpointLayout layout(RowShard shard, long maxBytes) {
    List<TensorSpec> specs = plan.written().stream().map(tensor -> tensor.spec(shard)).toList();
    return CheckpointLayout.of(specs, Provenance.of(plan, metadata, shard), maxBytes);
  }

  private Piece piece(String file, RowShard shard, SafetensorsHeader header) {
    long largest = header.tensors().stream().mapToLong(StoredTensor::bytes).max().orElse(0);
    long chunks = 2 * filler.devices().size() * Math.min(filler.chunkBytes(), largest);
    long inOneGo =
        header.tensors().stream()
            .filter(tensor -> joined.containsKey(tensor.name()))
            .mapToLong(tensor -> inOneGo(tensor, joined.get(tensor.name())))
            .max()
            .orElse(0);
    return new Piece(file, shard, header, Math.max(chunks, inOneGo));
  }

  private long inOneGo(StoredTensor slice, Joined drawn) {
    long bytes = drawn.elements * Math.max(drawn.elementBytes, slice.type().bits() / Byte.SIZE);
    return 2 * Math.min(slice.bytes(), Math.max(bytes, filler.chunkBytes()))
        + MATRICES * Math.max(4 * drawn.elements, bytes);
  }
}
