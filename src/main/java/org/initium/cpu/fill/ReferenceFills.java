// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.cpu.memory.HostMemory;
import org.initium.function.IndexFunction;
import org.initium.kernel.SparseKeys;
import org.initium.law.ElementLaw;
import org.initium.law.Philox;
import org.initium.law.UnitInterval;
import org.initium.spi.StridedLayout;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchReference;

/**
 * What the fills of the CPU are made of, in Java and written for reading over {@code
 * org.initium.law}: what {@link KernelFills} is compared with, and what runs where there is no
 * native library. Tables and whole numbers, which are small and made once, are filled so always.
 */
public class ReferenceFills {
  /** Elements that a thread takes at a time: some 100 microseconds of sines. */
  private static final long PIECE = 1 << 10;

  private final Team team;

  public ReferenceFills(Team team) {
    this.team = team;
  }

  /** The threads that share a fill. */
  public final Team team() {
    return team;
  }

  /** The same by others. */
  public ReferenceFills by(Team few) {
    return new ReferenceFills(few);
  }

  /**
   * Each element by its row-major index in the whole.
   *
   * @param functions makes the function that one thread calls, in the order of the elements
   */
  private void each(Tensor tensor, Supplier<LongToDoubleFunction> functions) {
    MemorySegment memory = tensor.storage().unguarded();
    StridedLayout layout = tensor.layout();
    DType dtype = tensor.dtype();
    team.share(
        tensor.shape().numel(),
        PIECE,
        (from, to) -> {
          LongToDoubleFunction values = functions.get();
          layout.each(
              from, to, (place, whole) -> dtype.set(memory, place, values.applyAsDouble(whole)));
        });
  }

  /** Elements without words. */
  public void fixed(Tensor tensor, Fill.Fixed fill) {
    long[] sizes = tensor.whole().sizes();
    each(
        tensor,
        switch (fill) {
          case Fill.Constant constant -> () -> _ -> constant.value();
          case Fill.Eye eye -> () -> eye(sizes[0] / eye.groups(), sizes[1], eye.gain());
          case Fill.Hadamard hadamard -> () -> hadamard(sizes[1], hadamard.scale());
          case Fill.ByIndex table -> () -> byIndex(table.function(), sizes);
        });
  }

  private static LongToDoubleFunction eye(long period, long columns, double gain) {
    return at -> at / columns % period == at % columns ? gain : 0;
  }

  /** value * (-1)^popcount(row & column). */
  public static LongToDoubleFunction hadamard(long columns, double value) {
    return at -> Long.bitCount(at / columns & at % columns) % 2 == 0 ? value : -value;
  }

  private static LongToDoubleFunction byIndex(IndexFunction function, long[] sizes) {
    long[] index = new long[sizes.length];
    return at -> {
      for (int d = sizes.length - 1; d >= 0; d--) {
        index[d] = at % sizes[d];
        at /= sizes[d];
      }
      return function.at(index, sizes);
    };
  }

  /**
   * A matrix of the tensor's whole, times gain.
   *
   * @param matrix its address, in the type that the dtype is computed in
   * @param rows how many there are of them
   * @param rowStep from row to row, in elements
   * @param columnStep from column to column
   */
  public void matrix(
      Tensor tensor, long matrix, long rows, long rowStep, long columnStep, double gain) {
    long columns = tensor.whole().numel() / rows;
    DType dtype = tensor.dtype().computedIn();
    each(tensor, () -> matrix(dtype, matrix, columns, rowStep, columnStep, gain));
  }

  /** Elements of a matrix in memory, times a number. */
  public static LongToDoubleFunction matrix(
      DType dtype, long matrix, long columns, long rowStep, long columnStep, double gain) {
    MemorySegment memory = HostMemory.at(matrix, Long.MAX_VALUE - matrix);
    double factor = dtype.round(gain);
    return at -> {
      double element = dtype.get(memory, at / columns * rowStep + at % columns * columnStep);
      return dtype.round(factor * element);
    };
  }

  /** Elements that have words of their own. */
  public void elements(Tensor tensor, Fill.PerElement fill, long seed, long start) {
    DType dtype = tensor.dtype();
    if (dtype.isInteger()) {
      each(tensor, () -> wholeNumbers((Fill.Uniform) fill, seed, start));
    } else {
      ElementLaw law = ElementLaw.of(fill, dtype);
      each(tensor, () -> drawn(law, dtype, seed, start));
    }
  }

  /** Elements of a law, of a block of Philox each time the index comes to another. */
  public static LongToDoubleFunction drawn(ElementLaw law, DType dtype, long seed, long start) {
    boolean wide = dtype.isWide();
    int[] words = new int[4];
    double[] elements = new double[wide ? 2 : 4];
    long[] known = {-1};
    return index -> {
      long block = wide ? Philox.blockOfDouble(start, index) : start + index >>> 2;
      if (block != known[0]) {
        Philox.block(seed, block, words);
        law.elements(words, elements);
        known[0] = block;
      }
      return elements[(int) (start + index) & elements.length - 1];
    };
  }

  /**
   * Uniform whole numbers from a to b - 1. An element is {@code a + floor(m (b - a) / 2^53)} of the
   * 53 bits m that an element of f64 has; so no number is likelier than another by more than (b -
   * a) / 2^53.
   */
  private static LongToDoubleFunction wholeNumbers(Fill.Uniform law, long seed, long start) {
    long range = (long) (law.b() - law.a());
    int[] words = new int[4];
    return index -> {
      Philox.block(seed, Philox.blockOfDouble(start, index), words);
      int first = (start + index & 1) == 0 ? 0 : 2;
      long bits = UnitInterval.bits53(words[first], words[first + 1]);
      return law.a() + Math.unsignedMultiplyHigh(bits << 11, range);
    };
  }

  /** Exactly so many zeros in each column, and normals. */
  public final void sparse(Tensor tensor, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(tensor, fill, seed, start);
    if (keys.allZero()) {
      fixed(tensor, new Fill.Constant(0));
    } else {
      sparse(keys);
    }
  }

  /** A sparse fill that has elements which are not zero. */
  void sparse(SparseKeys keys) {
    ReferenceSparse sparse = new ReferenceSparse(keys);
    team.share(keys.tiles(), (tile, _) -> sparse.fill(keys.firstTile() + tile));
  }

  /** What makes PyTorch's numbers. */
  public TorchKernels torch() {
    return TorchReference.INSTANCE;
  }
}
