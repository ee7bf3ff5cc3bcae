package org.initium.cuda;

import org.initium.DType;
import org.initium.Fill;
import org.initium.random.TorchCudaGenerator;
import org.initium.spi.StridedLayout;
import org.initium.torch.CudaLaunch;
import org.initium.torch.CudaUniform;

/**
 * Queues the kernels of PyTorch's own numbers on a CUDA device: uniforms and normals in one run of
 * memory, with the bits that the CPU gives.
 */
record TorchRandom(Target target, TorchCudaGenerator generator) {
  private static final long NO_VALUE = -1;

  /** Whether there is a kernel for that fill of that tensor: it is one run, also of its whole. */
  static boolean fits(Target target, Fill.Elementary fill) {
    return (fill instanceof Fill.Uniform || fill instanceof Fill.Normal)
        && target.tensor().layout().isOneRun();
  }

  void fill(Fill.Elementary fill) {
    if (fill instanceof Fill.Uniform uniform) {
      uniform(uniform);
    } else if (fill instanceof Fill.Normal normal) {
      normal(normal);
    }
  }

  private void uniform(Fill.Uniform fill) {
    CudaUniform law = CudaUniform.of(fill, target.dtype());
    long all = -1L >>> Long.SIZE - Byte.SIZE * target.dtype().bytes();
    long mask = law.high() == 0 ? all >>> 1 : all; // -0 equals 0
    launch(
        "torch_uniform",
        law.low(),
        law.range(),
        target.bits(law.high()),
        target.bits(law.low()),
        mask);
  }

  private void normal(Fill.Normal fill) {
    boolean wide = target.dtype() == DType.F64;
    double mean = wide ? fill.mean() : (float) fill.mean();
    double std = wide ? fill.std() : (float) fill.std();
    launch("torch_normal", mean, std, NO_VALUE, 0, -1);
  }

  private void launch(String kernel, double a, double b, long from, long to, long mask) {
    StridedLayout layout = target.tensor().layout();
    long bytes = target.dtype().bytes();
    long begin = layout.wholeOffset();
    long end = begin + layout.sizes()[0];
    long memory = target.tensor().storage().address() + layout.memoryOffset() * bytes;
    for (CudaLaunch whole : CudaLaunch.of(target.tensor(), generator)) {
      long first = Math.max(begin, whole.start());
      long last = Math.min(end, whole.start() + whole.count());
      if (first >= last) {
        continue;
      }
      CudaLaunch launch = whole.within(first, last, target.dtype());
      try (Parameters parameters = new Parameters()) {
        parameters.add(memory + (first - begin) * bytes);
        Random.addSource(parameters, generator.seed(), launch.offset() / 4);
        parameters
            .add((long) launch.threads())
            .add(launch.count())
            .add(first - launch.start())
            .add(last - launch.start())
            .add(a)
            .add(b)
            .add(from)
            .add(to)
            .add(mask);
        target.launch("torch", kernel, target.dtype(), launch.count() / 2 + 1, parameters);
      }
    }
  }
}
