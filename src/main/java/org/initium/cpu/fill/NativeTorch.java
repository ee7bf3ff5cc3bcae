// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.initium.DType;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.random.Twister;
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

  /** Memory of one call has the parameters, the sequence of untempered words, and the words. */
  private void twist(int[] state, int[] words) {
    MemorySegment room = room();
    long sequence = 2 * Long.BYTES;
    long out = sequence + Integer.BYTES * (long) (Twister.STATE + words.length);
    room.set(ValueLayout.JAVA_LONG, 0, room.address() + sequence);
    room.set(ValueLayout.JAVA_LONG, Long.BYTES, room.address() + out);
    MemorySegment.copy(state, 0, room, ValueLayout.JAVA_INT, sequence, Twister.STATE);
    kernels.kernel("twister").run(room.address(), 0, words.length, 0);
    long next = sequence + Integer.BYTES * (long) words.length;
    MemorySegment.copy(room, ValueLayout.JAVA_INT, next, state, 0, Twister.STATE);
    MemorySegment.copy(room, ValueLayout.JAVA_INT, out, words, 0, words.length);
    FREE.add(room);
  }

  @Override
  public void cpu(
      TorchLaw law,
      DType dtype,
      double a,
      double b,
      MemorySegment words,
      MemorySegment elements,
      int count) {
    MemorySegment room = room();
    room.set(ValueLayout.JAVA_LONG, 0, words.address());
    room.set(ValueLayout.JAVA_LONG, Long.BYTES, elements.address());
    room.set(ValueLayout.JAVA_DOUBLE, 2 * Long.BYTES, a);
    room.set(ValueLayout.JAVA_DOUBLE, 3 * Long.BYTES, b);
    kernels.kernel("torch_cpu_" + name(law) + "_" + dtype).run(room.address(), 0, count, 0);
    FREE.add(room);
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
      CudaNumbers numbers,
      DType dtype,
      long seed,
      CudaLaunch launch,
      MemorySegment elements,
      long from,
      long to) {
    long first = from / launch.threads() * launch.wave(dtype);
    long end = Math.min(launch.count(), first + launch.wave(dtype));
    try (Parameters parameters = new Parameters()) {
      numbers.addTo(parameters, dtype, elements.address(), seed, launch, first, end);
      String kernel = "torch_" + name(numbers.law()) + "_" + dtype;
      kernels.kernel(kernel).run(parameters.address(), from, to, 0);
    }
  }
}
