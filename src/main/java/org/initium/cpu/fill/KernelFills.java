// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.List;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.kernel.Diagonal;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;
import org.initium.law.ElementLaw;
import org.initium.torch.Workers;
import org.initium.torch.kernel.TorchKernels;

/**
 * The fills that are a kernel each: their parameters, and how threads share the work items. Nothing
 * here is a lambda, since the first of a process takes 5 ms, as long as a fill.
 */
public record KernelFills(KernelSet kernels, Team team) implements ElementaryFills {
  /** Groups of 16 bytes that a thread takes at a time: some 50 microseconds of work. */
  private static final long PIECE = 1 << 15;

  /** Tensors up to this may stay in a cache for whoever reads them next. */
  private static final long LARGE = 64 << 20;

  @Override
  public ElementaryFills by(Team few) {
    return new KernelFills(kernels, few);
  }

  @Override
  public void constant(Tensor tensor, double value) {
    Kernel kernel = kernels.kernel("constant_" + tensor.dtype().bytes());
    for (KernelRegion each : regions(tensor, 0)) {
      KernelRegion region = each.anywhere();
      run(kernel, tensor, region, region.parameters().addBits(tensor.dtype(), value));
    }
  }

  @Override
  public void hadamard(Tensor tensor, Fill.Hadamard fill) {
    Kernel kernel = kernels.kernel("hadamard_" + tensor.dtype());
    double value = tensor.dtype().round(fill.scale());
    for (KernelRegion region : regions(tensor, 0)) {
      run(kernel, tensor, region, region.parameters().add(tensor.whole().size(1)).add(value));
    }
  }

  @Override
  public void eye(Tensor tensor, Fill.Eye fill) {
    constant(tensor, 0);
    Diagonal ones = Diagonal.of(tensor, fill);
    Parameters parameters = new Parameters();
    ones.addTo(parameters);
    run(kernels.kernel("diagonal"), parameters, ones.items(), 0);
  }

  @Override
  public void matrix(
      Tensor tensor, long matrix, long rows, long rowStep, long columnStep, double gain) {
    Kernel kernel = kernels.kernel("matrix_" + tensor.dtype());
    long columns = tensor.whole().numel() / rows;
    for (KernelRegion region : regions(tensor, 0)) {
      Parameters parameters = region.parameters();
      parameters.add(matrix).add(rows).add(columns).add(rowStep).add(columnStep).add(gain);
      run(kernel, tensor, region, parameters);
    }
  }

  @Override
  public void sparse(Tensor tensor, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(tensor, fill, seed, start);
    if (keys.allZero()) {
      constant(tensor, 0);
    } else {
      Kernel kernel = kernels.kernel("sparse_" + tensor.dtype());
      new NativeSparse(keys, kernel, large(tensor) ? Kernel.STREAMING : 0, team).fill();
    }
  }

  @Override
  public TorchKernels torch() {
    return new NativeTorch(kernels);
  }

  private static boolean large(Tensor tensor) {
    return tensor.shape().numel() * tensor.dtype().bytes() > LARGE;
  }

  @Override
  public void elements(Tensor tensor, Fill.PerElement fill, long seed, long start) {
    if (fill instanceof Fill.ByQuantile law) {
      try (HostTable table = HostTable.of(law, tensor.dtype(), kernels)) {
        double[] bounds = ElementLaw.bounds(law, tensor.dtype());
        elements(tensor, fill, table, bounds, seed, start);
      }
    } else {
      ElementLaw law = ElementLaw.of(fill, tensor.dtype());
      elements(tensor, fill, null, law.numbers(), seed, start);
    }
  }

  private void elements(
      Tensor tensor,
      Fill.PerElement fill,
      HostTable table,
      double[] numbers,
      long seed,
      long start) {
    String family = ElementLaw.Family.of(fill).kernel();
    Kernel kernel = kernels.kernel(family + "_" + tensor.dtype());
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

  private static List<KernelRegion> regions(Tensor tensor, long position) {
    return KernelRegion.of(tensor.layout(), tensor.dtype(), tensor.storage().address(), position);
  }

  private void run(Kernel kernel, Tensor tensor, KernelRegion region, Parameters parameters) {
    run(kernel, parameters, region.items(), large(tensor) ? Kernel.STREAMING : 0);
  }

  private void run(Kernel kernel, Parameters parameters, long items, long flags) {
    team.share(items, PIECE, new Call(kernel, parameters.fields(), flags));
  }

  /** A kernel and what it is called with. */
  private record Call(Kernel kernel, long[] parameters, long flags) implements Workers.Part {
    @Override
    public void run(long from, long to) {
      kernel.run(parameters, from, to, flags);
    }
  }
}
