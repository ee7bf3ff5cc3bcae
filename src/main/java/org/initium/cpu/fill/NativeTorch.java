// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.initium.DType;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.random.twister.Twister;
import org.initium.torch.kernel.CpuNumbers;
import org.initium.torch.kernel.CudaLaunch;
import org.initium.torch.kernel.CudaNumbers;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchLaw;

/** PyTorch's numbers by the kernels of kernels/cpu/torch.h. */
record NativeTorch(KernelSet kernels) implements TorchKernels {
  private static final long ROOM = 1 << 16;
  private static final ConcurrentLinkedQueue<MemorySegment> FREE = new ConcurrentLinkedQueue<>();

  @Override
  public Twister twister() {
    return this::twist;
  }

  /** Memory of one call has the sequence of untempered words, and the words. */
  private void twist(int[] state, int[] words) {
    if (Integer.BYTES * (long) (Twister.STATE + 2 * words.length) > ROOM) {
      throw new IllegalArgumentException(words.length + " words at a time");
    }
    MemorySegment room = room();
    long out = Integer.BYTES * (long) (Twister.STATE + words.length);
    MemorySegment.copy(state, 0, room, ValueLayout.JAVA_INT, 0, Twister.STATE);
    long[] parameters = {room.address(), room.address() + out};
    kernels.kernel("twister").run(parameters, 0, words.length, 0);
    long next = Integer.BYTES * (long) words.length;
    MemorySegment.copy(room, ValueLayout.JAVA_INT, next, state, 0, Twister.STATE);
    MemorySegment.copy(room, ValueLayout.JAVA_INT, out, words, 0, words.length);
    FREE.add(room);
  }

  @Override
  public void cpu(CpuNumbers numbers, MemorySegment words, MemorySegment elements, int count) {
    Parameters parameters = new Parameters();
    parameters.add(words.address()).add(elements.address()).add(numbers.a()).add(numbers.b());
    Kernel kernel = kernels.kernel("torch_cpu_" + name(numbers.law()) + "_" + numbers.dtype());
    kernel.run(parameters.fields(), 0, count, 0);
  }

  private static String name(TorchLaw law) {
    return law.name().toLowerCase(Locale.ROOT);
  }

  private static MemorySegment room() {
    MemorySegment free = FREE.poll();
    return free != null ? free : Arena.ofAuto().allocate(ROOM, Long.BYTES);
  }

  @Override
  public void cuda(
      CudaNumbers numbers, CudaLaunch launch, MemorySegment elements, long from, long to) {
    DType dtype = numbers.dtype();
    long first = from / launch.threads() * launch.wave(dtype);
    long end = Math.min(launch.count(), first + launch.wave(dtype));
    Parameters parameters = new Parameters();
    numbers.addTo(parameters, elements.address(), launch, first, end);
    String kernel = "torch_" + name(numbers.law()) + "_" + dtype;
    kernels.kernel(kernel).run(parameters.fields(), from, to, 0);
  }
}
