// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.List;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.kernel.Diagonal;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;
import org.initium.law.ElementLaw;
import org.initium.law.ElementLaw.Family;
import org.initium.torch.Workers;
import org.initium.torch.kernel.TorchKernels;

/**
 * The fills that are a kernel each: their parameters, and how threads share the work items. Nothing
 * here is a lambda or a switch over classes: the first of a process takes 5 ms, as long as a fill.
 */
public final class KernelFills extends ReferenceFills {
  /** Groups of 16 bytes that a thread takes at a time: some 50 microseconds of work. */
  private static final long PIECE = 1 << 15;

  /**
   * As many as a huge page has, where there are enough for all threads: of two threads that first
   * touch the same one at a time, each has Linux write zeros to 2 MiB, one of them in vain. Of 20,
   * two threads would lose a twentieth: the one who ends first has nothing left to take.
   */
  private static final long HUGE_PIECE = 1 << 17;

  /** Tensors up to this may stay in a cache for whoever reads them next. */
  private static final long LARGE = 64 << 20;

  private final KernelSet kernels;

  public KernelFills(KernelSet kernels, Team team) {
    super(team);
    this.kernels = kernels;
  }

  @Override
  public ReferenceFills by(Team few) {
    return new KernelFills(kernels, few);
  }

  @Override
  public void fixed(Tensor tensor, Fill.Fixed fill) {
    if (fill instanceof Fill.Constant constant) {
      constant(tensor, constant.value());
    } else if (fill instanceof Fill.Eye eye) {
      constant(tensor, 0);
      Diagonal ones = Diagonal.of(tensor, eye);
      run("diagonal", ones.parameters(), ones.items(), 0);
    } else if (fill instanceof Fill.Hadamard hadamard) {
      double value = tensor.dtype().round(hadamard.scale());
      for (KernelRegion region : regions(tensor, 0)) {
        Parameters parameters = region.parameters().add(tensor.whole().size(1)).add(value);
        run("hadamard_" + tensor.dtype(), tensor, region, parameters);
      }
    } else {
      super.fixed(tensor, fill);
    }
  }

  private void constant(Tensor tensor, double value) {
    for (KernelRegion each : regions(tensor, 0)) {
      KernelRegion region = each.anywhere();
      Parameters parameters = region.parameters().addBits(tensor.dtype(), value);
      run("constant_" + tensor.dtype().bytes(), tensor, region, parameters);
    }
  }

  @Override
  public void matrix(
      Tensor tensor, long matrix, long rows, long rowStep, long columnStep, double gain) {
    long columns = tensor.whole().numel() / rows;
    for (KernelRegion region : regions(tensor, 0)) {
      Parameters parameters = region.parameters();
      parameters.add(matrix).add(rows).add(columns).add(rowStep).add(columnStep).add(gain);
      run("matrix_" + tensor.dtype(), tensor, region, parameters);
    }
  }

  @Override
  public void elements(Tensor tensor, Fill.PerElement fill, long seed, long start) {
    DType dtype = tensor.dtype();
    if (dtype.isInteger()) {
      super.elements(tensor, fill, seed, start);
    } else if (fill instanceof Fill.ByQuantile law) {
      try (HostTable table = HostTable.of(law, dtype, kernels)) {
        elements(tensor, Family.QUANTILE, table, ElementLaw.bounds(law, dtype), seed, start);
      }
    } else {
      elements(tensor, Family.of(fill), null, ElementLaw.of(fill, dtype).numbers(), seed, start);
    }
  }

  private void elements(
      Tensor tensor, Family family, HostTable table, double[] numbers, long seed, long start) {
    String kernel = family.kernel() + "_" + tensor.dtype();
    for (KernelRegion region : regions(tensor, start)) {
      Parameters parameters = region.parameters().addSource(seed, start);
      if (table != null) {
        parameters.add(table.address());
      }
      for (double number : numbers) {
        parameters.add(number);
      }
      run(kernel, tensor, region, parameters);
    }
  }

  @Override
  void sparse(SparseKeys keys) {
    Kernel kernel = kernels.kernel("sparse_" + keys.tensor().dtype());
    new NativeSparse(keys, kernel, flags(keys.tensor()), team()).fill();
  }

  @Override
  public TorchKernels torch() {
    return new NativeTorch(kernels);
  }

  private static List<KernelRegion> regions(Tensor tensor, long position) {
    return KernelRegion.of(tensor.layout(), tensor.dtype(), tensor.storage().address(), position);
  }

  private static long flags(Tensor tensor) {
    return tensor.shape().numel() * tensor.dtype().bytes() > LARGE ? Kernel.STREAMING : 0;
  }

  private void run(String kernel, Tensor tensor, KernelRegion region, Parameters parameters) {
    run(kernel, parameters, region.items(), flags(tensor));
  }

  private void run(String kernel, Parameters parameters, long items, long flags) {
    long piece = items >= 16 * HUGE_PIECE * team().threads() ? HUGE_PIECE : PIECE;
    team().share(items, piece, new Call(kernels.kernel(kernel), parameters.fields(), flags));
  }

  /** A kernel and what it is called with. */
  private record Call(Kernel kernel, long[] parameters, long flags) implements Workers.Part {
    @Override
    public void run(long from, long to) {
      kernel.run(parameters, from, to, flags);
    }
  }
}
