// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.util.List;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;

/**
 * What the values of a planned tensor are.
 *
 * @since 0.1.0
 */
public sealed interface TensorContent extends Serializable {
  /**
   * Drawn, one part after the other; where parts meet, the later one counts.
   *
   * @param parts together all of the tensor
   */
  record Drawn(List<Part> parts) implements TensorContent {
    /** Makes the list immutable. */
    public Drawn {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A region of a tensor with an initializer, which sees the region's shape.
   *
   * @param region where in the tensor
   * @param init the initializer
   */
  record Part(Region region, Init init) implements Serializable {}

  /**
   * The values of another tensor, which are not drawn again: rounded once more in another dtype.
   *
   * @param once whether this tensor is left out of the file, which says whose values it has
   * @param original whose values they are
   */
  record Copied(PlannedTensor original, boolean once) implements TensorContent {}

  /**
   * The values of a tensor of a file, bit for bit. Where that has fewer rows, the others are drawn.
   *
   * @param checkpoint the file, which is open as long as values are made
   * @param rest what is drawn, of which the rows that the file has are then overwritten; nothing
   *     where it has all
   * @param entry the tensor of the file
   */
  record Kept(Checkpoint checkpoint, Checkpoint.Entry entry, List<Part> rest)
      implements TensorContent {
    /** Makes the list immutable. */
    public Kept {
      rest = List.copyOf(rest);
    }

    private Object writeReplace() throws NotSerializableException {
      throw new NotSerializableException(
          "a plan that keeps tensors of " + checkpoint.path() + " is made where that file is");
    }

    /**
     * Copies what the file has of a region to memory of the region's shape.
     *
     * @param memory contiguous, of the host and of the region's shape
     * @param region of this tensor
     * @throws java.io.IOException if the file cannot be read
     */
    public void read(Tensor memory, Region region) throws IOException {
      Shape stored = entry.tensor().type().carried(entry.tensor().shape());
      Region shared = region.intersect(Region.all(stored)).orElse(null);
      if (shared == null) {
        return;
      }
      long bytes = memory.dtype().bytes();
      long most = 1;
      int d = stored.rank();
      while (d > 0 && shared.shape().size(d - 1) == stored.size(d - 1)) {
        most *= stored.size(--d);
      }
      long at = 0;
      most *= d > 0 ? shared.shape().size(d - 1) : 1;
      for (Region run : shared.slabs(stored.rank(), Math.min(most, MOST_READ / bytes))) {
        long[] strides = stored.rowMajorStrides();
        long first = 0;
        for (int i = 0; i < strides.length; i++) {
          first += run.origin()[i] * strides[i];
        }
        long length = run.shape().numel() * bytes;
        checkpoint.read(entry, first * bytes, memory.segment().asSlice(at, length));
        at += length;
      }
    }
  }

  /** Read at a time. */
  int MOST_READ = 1 << 28;

  /**
   * The Euclidean norm of another tensor's elements over the dimensions in which this one has size
   * 1: {@code g} of torch's weight_norm. Summed in binary64, rounded once.
   *
   * @param of whose elements they are
   */
  record Norm(PlannedTensor of) implements TensorContent {}
}
