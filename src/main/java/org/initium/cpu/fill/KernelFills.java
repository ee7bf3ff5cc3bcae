// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.cpu.reference.ReferenceKernels;
import org.initium.cpu.reference.ReferenceSparse;
import org.initium.kernel.Diagonal;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;
import org.initium.law.ElementLaw;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchReference;

/** The fills that are a kernel each: their parameters, and how threads share the work items. */
public record KernelFills(KernelSet kernels, Team team) {
  /** Groups of 16 bytes that a thread takes at a time: some 50 microseconds of work. */
  private static final long PIECE = 1 << 15;

  /** Tensors up to this may stay in a cache for whoever reads them next. */
  private static final long LARGE = 64 << 20;

  public void constant(Tensor tensor, double value) {
    each(
        tensor,
        0,
        "constant_" + tensor.dtype().bytes(),
        KernelRegion::anywhere,
        parameters -> parameters.addBits(tensor.dtype(), value));
  }

  public void hadamard(Tensor tensor, Fill.Hadamard fill) {
    each(
        tensor,
        0,
        "hadamard_" + tensor.dtype(),
        UnaryOperator.identity(),
        parameters ->
            parameters.add(tensor.whole().size(1)).add(tensor.dtype().round(fill.scale())));
  }

  public void eye(Tensor tensor, Fill.Eye fill) {
    constant(tensor, 0);
    diagonal(Diagonal.of(tensor, fill));
  }

  private void diagonal(Diagonal ones) {
    try (Parameters parameters = new Parameters()) {
      ones.addTo(parameters);
      run(kernels.kernel("diagonal"), parameters, ones.items(), 0);
    }
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
    each(
        tensor,
        0,
        "matrix_" + tensor.dtype(),
        UnaryOperator.identity(),
        parameters ->
            parameters
                .add(matrix)
                .add(rows)
                .add(tensor.whole().numel() / rows)
                .add(rowStep)
                .add(columnStep)
                .add(gain));
  }

  /** Exactly so many zeros in each column, and normals. */
  public void sparse(Tensor tensor, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(tensor, fill, seed, start);
    if (keys.allZero()) {
      constant(tensor, 0);
    } else if (kernels == ReferenceKernels.INSTANCE) {
      ReferenceSparse reference = new ReferenceSparse(keys);
      long first = keys.firstTile();
      team.share(
          keys.tiles(),
          1,
          (from, to) -> {
            for (long tile = from; tile < to; tile++) {
              reference.fill(first + tile);
            }
          });
    } else {
      Kernel kernel = kernels.kernel("sparse_" + tensor.dtype());
      new NativeSparse(keys, kernel, large(tensor) ? Kernel.STREAMING : 0, team).fill();
    }
  }

  /** What makes PyTorch's numbers. */
  public TorchKernels torch() {
    return kernels == ReferenceKernels.INSTANCE
        ? TorchReference.INSTANCE
        : new NativeTorch(kernels);
  }

  private static boolean large(Tensor tensor) {
    return tensor.shape().numel() * tensor.dtype().bytes() > LARGE;
  }

  /** Elements that have words of their own. */
  public void elements(Tensor tensor, Fill.PerElement fill, long seed, long start) {
    ElementLaw law = ElementLaw.of(fill, tensor.dtype());
    try (Arena arena = Arena.ofConfined()) {
      each(
          tensor,
          start,
          law.family().kernel() + "_" + tensor.dtype(),
          UnaryOperator.identity(),
          parameters -> addTo(parameters.addSource(seed, start), law, arena));
    }
  }

  /** The law's numbers, and its table, which lives as long as the arena. */
  static void addTo(Parameters parameters, ElementLaw law, Arena arena) {
    switch (law.table()) {
      case null -> {}
      case float[] table ->
          parameters.add(arena.allocateFrom(ValueLayout.JAVA_FLOAT, table).address());
      case double[] table ->
          parameters.add(arena.allocateFrom(ValueLayout.JAVA_DOUBLE, table).address());
      default -> throw new AssertionError("a table is of floats or doubles");
    }
    for (double number : law.numbers()) {
      parameters.add(number);
    }
  }

  private void each(
      Tensor tensor,
      long position,
      String name,
      UnaryOperator<KernelRegion> seen,
      Consumer<Parameters> rest) {
    Kernel kernel = kernels.kernel(name);
    long address = tensor.storage().address();
    for (KernelRegion each : KernelRegion.of(tensor.layout(), tensor.dtype(), address, position)) {
      KernelRegion region = seen.apply(each);
      try (Parameters parameters = new Parameters()) {
        region.addTo(parameters);
        rest.accept(parameters);
        run(kernel, parameters, region.items(), large(tensor) ? Kernel.STREAMING : 0);
      }
    }
  }

  private void run(Kernel kernel, Parameters parameters, long items, long flags) {
    long address = parameters.address();
    team.share(items, PIECE, (from, to) -> kernel.run(address, from, to, flags));
  }
}
