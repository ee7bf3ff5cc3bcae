// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.RowShard;
import org.initium.text.Text;

/**
 * Compares the tensors of a checkpoint with the values of a plan, bit for bit.
 *
 * @since 0.1.0
 */
public final class ModelVerifier {
  /** Ends the making of values, of which no more are of interest. */
  private static final class Differs extends RuntimeException {
    private static final long serialVersionUID = 1;

    Differs(String where) {
      super(where, null, false, false);
    }
  }

  private final Checkpoint checkpoint;
  private final Map<String, Checkpoint.Entry> entries = new HashMap<>();

  private ModelVerifier(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    checkpoint.entries().forEach(entry -> entries.put(entry.tensor().name(), entry));
  }

  /**
   * Recomputes the values and compares, up to the first difference.
   *
   * @param progress is told how many more bytes are compared
   * @param checkpoint what was written
   * @param plan what it should be
   * @param filler makes the values
   * @throws java.io.IOException if the checkpoint cannot be read
   * @return nothing if all is equal, or the first difference in the order of the plan in a line
   */
  public static Optional<String> verify(
      Checkpoint checkpoint, Plan plan, PlanFiller filler, LongConsumer progress)
      throws IOException {
    ModelVerifier verifier = new ModelVerifier(checkpoint);
    Optional<String> difference = verifier.compareHeaders(plan, filler.shard());
    if (difference.isPresent()) {
      return difference;
    }
    try {
      filler.fill(
          plan,
          (tensor, offset, bytes) -> {
            verifier.compare(tensor, offset, bytes, filler.shard());
            progress.accept(bytes.byteSize());
          });
      return Optional.empty();
    } catch (Differs e) {
      return Optional.of(e.getMessage() + " with " + filler.generator());
    }
  }

  private Optional<String> compareHeaders(Plan plan, RowShard shard) {
    TreeSet<String> extra = new TreeSet<>(entries.keySet());
    for (PlannedTensor tensor : plan.written()) {
      Checkpoint.Entry entry = entries.get(tensor.name());
      if (entry == null) {
        return Optional.of(Text.message("tensor '%s' of the recipe is not there", tensor.name()));
      }
      Shape shape = tensor.spec(shard).shape();
      Shape stored = entry.tensor().shape();
      if (!stored.equals(shape)) {
        return Optional.of(
            Text.message(
                "tensor '%s' has shape %s, the recipe says %s", tensor.name(), stored, shape));
      }
      if (entry.tensor().type() != tensor.storedType()) {
        return Optional.of(
            Text.message(
                "tensor '%s' is %s, the recipe says %s",
                tensor.name(), entry.tensor().type(), tensor.storedType().display()));
      }
      extra.remove(tensor.name());
    }
    return extra.isEmpty()
        ? Optional.empty()
        : Optional.of(Text.message("tensor '%s' is not in the recipe", extra.first()));
  }

  private void compare(PlannedTensor tensor, long offset, MemorySegment expected, RowShard shard)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long step = Math.min(expected.byteSize(), 1 << 22);
      MemorySegment stored = arena.allocate(step, 64);
      for (long at = 0; at < expected.byteSize(); at += step) {
        MemorySegment piece = expected.asSlice(at, Math.min(step, expected.byteSize() - at));
        MemorySegment found = stored.asSlice(0, piece.byteSize());
        checkpoint.read(entries.get(tensor.name()), offset + at, found);
        long mismatch = piece.mismatch(found);
        if (mismatch >= 0) {
          DType dtype = tensor.dtype();
          long element = mismatch / dtype.bytes();
          throw new Differs(
              Text.message(
                  "tensor '%s' differs first at %s: the file has %s, the recipe gives %s",
                  tensor.name(),
                  index((offset + at) / dtype.bytes() + element, tensor, shard),
                  value(dtype, found, element),
                  value(dtype, piece, element)));
        }
      }
    }
  }

  private static String value(DType dtype, MemorySegment memory, long element) {
    StringBuilder bits = new StringBuilder();
    for (int b = dtype.bytes() - 1; b >= 0; b--) {
      bits.append(
          Text.message("%02x", memory.get(ValueLayout.JAVA_BYTE, element * dtype.bytes() + b)));
    }
    return Text.message("%s (0x%s)", dtype.get(memory, element), bits);
  }

  /** The index in the whole tensor of an element of a shard of it, as [i, j]. */
  private static String index(long element, PlannedTensor tensor, RowShard shard) {
    Shape local = tensor.cut().shape(tensor.shape(), shard);
    long[] index = new long[local.rank()];
    for (int d = index.length - 1; d >= 0; d--) {
      index[d] = element % local.size(d);
      element /= local.size(d);
    }
    Region one = new Region(index, Shape.of(LongStream.of(index).map(i -> 1).toArray()));
    return tensor.cut().shares(tensor.shape(), shard).stream()
        .filter(share -> one.intersect(share.local()).isPresent())
        .map(share -> Arrays.toString(one.movedFrom(share.local(), share.global()).origin()))
        .findFirst()
        .orElseThrow();
  }
}
