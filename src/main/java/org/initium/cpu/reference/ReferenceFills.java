// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.cpu.fill.EachElement;
import org.initium.cpu.fill.ElementaryFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.HostMemory;
import org.initium.kernel.SparseKeys;
import org.initium.law.ElementLaw;
import org.initium.law.Philox;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchReference;

/**
 * The fills in Java, written for reading over {@code org.initium.law}: what the native ones are
 * compared with, and what runs where there is no native library.
 */
public record ReferenceFills(Team team) implements ElementaryFills {
  @Override
  public ElementaryFills by(Team few) {
    return new ReferenceFills(few);
  }

  @Override
  public void constant(Tensor tensor, double value) {
    EachElement.fill(tensor, team, () -> _ -> value);
  }

  @Override
  public void eye(Tensor tensor, Fill.Eye fill) {
    long columns = tensor.whole().size(1);
    long period = tensor.whole().size(0) / fill.groups();
    EachElement.fill(
        tensor, team, () -> at -> at / columns % period == at % columns ? fill.gain() : 0);
  }

  @Override
  public void hadamard(Tensor tensor, Fill.Hadamard fill) {
    EachElement.fill(tensor, team, () -> hadamard(tensor.whole().size(1), fill.scale()));
  }

  /** value * (-1)^popcount(row & column). */
  public static LongToDoubleFunction hadamard(long columns, double value) {
    return at -> Long.bitCount(at / columns & at % columns) % 2 == 0 ? value : -value;
  }

  @Override
  public void matrix(
      Tensor tensor, long matrix, long rows, long rowStep, long columnStep, double gain) {
    long columns = tensor.whole().numel() / rows;
    DType dtype = tensor.dtype().computedIn();
    EachElement.fill(tensor, team, () -> matrix(dtype, matrix, columns, rowStep, columnStep, gain));
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

  @Override
  public void elements(Tensor tensor, Fill.PerElement fill, long seed, long start) {
    ElementLaw law = ElementLaw.of(fill, tensor.dtype());
    EachElement.fill(tensor, team, () -> drawn(law, tensor.dtype(), seed, start));
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

  @Override
  public void sparse(Tensor tensor, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(tensor, fill, seed, start);
    if (keys.allZero()) {
      constant(tensor, 0);
      return;
    }
    ReferenceSparse sparse = new ReferenceSparse(keys);
    team.share(keys.tiles(), (tile, _) -> sparse.fill(keys.firstTile() + tile));
  }

  @Override
  public TorchKernels torch() {
    return TorchReference.INSTANCE;
  }
}
