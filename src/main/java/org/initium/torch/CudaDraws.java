// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.Fill;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.text.Text;
import org.initium.torch.kernel.CudaLaunch;
import org.initium.torch.kernel.CudaNumbers;
import org.initium.torch.kernel.DoubleDraws;
import org.initium.torch.kernel.DrawnTensor;
import org.initium.torch.kernel.TorchKernels;

/**
 * torch's draws on a CUDA device. Every thread has a Philox stream of its own; block d of thread
 * t's gives elements {@code (d * width + c) * T + t} for c below width, of T threads: the four
 * words of a block are four floats or two doubles.
 */
record CudaDraws(
    TorchCudaGenerator generator, GpuGeometry gpu, TorchKernels kernels, Workers workers)
    implements TorchDraws {
  /** Blocks that a thread of ours makes at a time. */
  private static final int PIECE = 1 << 12;

  @Override
  public TorchCpuGenerator host() {
    return generator.host();
  }

  @Override
  public void uniform(DrawnTensor whole, double a, double b, ElementSink sink) {
    draw(whole, CudaNumbers.of(new Fill.Uniform(a, b), whole.dtype()), sink);
  }

  @Override
  public void normal(DrawnTensor whole, double mean, double std, ElementSink sink) {
    draw(whole, CudaNumbers.of(new Fill.Normal(mean, std), whole.dtype()), sink);
  }

  @Override
  public void oneByOne(DrawnTensor whole, DoubleDraws.Law law, ElementSink sink) {
    throw new IllegalArgumentException(
        Text.message(
            "torch-cuda's numbers are not known for %s: they are of a GPU's own %s;"
                + " use torch-cpu or philox",
            law.name(), law.function()));
  }

  private void draw(DrawnTensor whole, CudaNumbers numbers, ElementSink sink) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment scratch = MemorySegment.NULL;
      for (CudaLaunch launch : CudaLaunch.of(whole, gpu, generator)) {
        long most = Math.min(launch.count(), launch.wave(whole.dtype()));
        for (long done = 0, block = 0;
            done < launch.count();
            done += most, block += launch.threads()) {
          long at = launch.start() + done;
          int count = (int) Math.min(most, launch.count() - done);
          if (!sink.wants(at, count)) {
            continue;
          }
          MemorySegment room = sink.room(at, count, scratch);
          if (room.byteSize() == 0) {
            scratch = arena.allocate(most * whole.dtype().bytes(), Double.BYTES);
            room = scratch;
          }
          make(numbers, launch, block, room);
          sink.put(at, room, count);
        }
      }
    }
  }

  /** The blocks of all threads from one on. */
  private void make(CudaNumbers numbers, CudaLaunch launch, long first, MemorySegment elements) {
    long end = first + launch.threads();
    workers.share(
        Math.ceilDiv(launch.threads(), PIECE),
        (from, to) ->
            kernels.cuda(
                numbers,
                launch,
                elements,
                first + from * PIECE,
                Math.min(end, first + to * PIECE)));
  }
}
