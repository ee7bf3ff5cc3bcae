// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.fill.ReferenceSparse;
import org.initium.kernel.Kernel;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.quantile.NormalSide;
import org.initium.random.twister.Twister;
import org.initium.torch.kernel.CpuNumbers;
import org.initium.torch.kernel.CudaLaunch;
import org.initium.torch.kernel.CudaNumbers;
import org.initium.torch.kernel.TorchLaw;
import org.initium.torch.kernel.TorchReference;

/** Calls of the kernels of sparse matrices, of PyTorch's numbers and of tables, made at random. */
final class DrawnCases {
  private static final long UNKNOWN = 0x7a7a7a7a7a7a7a7aL;

  private DrawnCases() {}

  static KernelCase sparse(Random random, DType dtype) {
    long rows = 1 + random.nextInt(200);
    long columns = 1 + random.nextInt(90);
    Shape whole = Shape.of(rows, columns);
    long top = random.nextInt(3) == 0 ? random.nextLong(rows) : 0;
    long left = random.nextInt(3) == 0 ? random.nextLong(columns) : 0;
    Shape shape = Shape.of(rows - top, 1 + random.nextLong(columns - left));
    Fill.Sparse fill = new Fill.Sparse(random.nextInt(20) / 20.0, 0.01);
    boolean large = shape.numel() * dtype.bytes() > KernelCase.BYTES / 4;
    if (large
        || Math.ceil(fill.sparsity() * rows) == rows) { // where all is zero, no kernel is called
      return sparse(random, dtype);
    }
    long step = 1 + random.nextInt(2);
    long[] strides =
        random.nextInt(3) == 0
            ? new long[] {step, shape.size(0) * step}
            : new long[] {shape.size(1) * step, step};
    long seed = random.nextLong();
    // Near where the upper words of a counter change, or anywhere.
    long block = random.nextLong(1L << (random.nextBoolean() ? 20 : 40));
    long start =
        4 * (random.nextBoolean() ? block : Math.max(0, (block << 16) - random.nextInt(200)));
    long offset = (long) random.nextInt(32) * dtype.bytes();
    BiConsumer<Long, SparseUse> at =
        (base, use) -> {
          Tensor memory = Tensor.wrap(Device.CPU, base + offset, shape, strides, dtype);
          use.with(SparseKeys.of(memory.shardOf(whole, top, left), fill, seed, start));
        };
    long[] place = new long[2];
    long[][] made = new long[1][];
    at.accept(
        1L << 20,
        keys -> {
          place[0] = keys.firstTile();
          place[1] = keys.tiles();
          made[0] = keys.parameters(place[0], place[1], SparseKeys.NEAR, UNKNOWN).fields();
        });
    long[] fields = made[0];
    int scratch = 0;
    while (fields[scratch] != UNKNOWN) {
      scratch++;
    }
    long[] own = Arrays.copyOf(fields, scratch + 3); // the pass of strips, and no state
    own[0] = offset;
    own[scratch] = 0;
    return new KernelCase(
        "sparse_" + dtype,
        0,
        place[1],
        random.nextInt(4) == 0 ? Kernel.STREAMING : 0,
        KernelCase.MEMORY | (long) (KernelCase.SCRATCH | scratch) << 12,
        own,
        memory ->
            at.accept(
                memory.address(),
                keys -> {
                  ReferenceSparse reference = new ReferenceSparse(keys);
                  for (long tile = 0; tile < place[1]; tile++) {
                    reference.fill(place[0] + tile);
                  }
                }));
  }

  @FunctionalInterface
  private interface SparseUse {
    void with(SparseKeys keys);
  }

  static KernelCase twister(Random random) {
    int count = 16 * (Twister.STATE / 16 + random.nextInt(200));
    long offset = 4L * random.nextInt(16);
    return new KernelCase(
        "twister",
        0,
        count,
        0,
        KernelCase.SCRATCH | (long) (KernelCase.MEMORY | 1) << 12,
        new long[] {0, offset},
        memory -> {
          int[] state = withWords(words -> words.asSlice(0, 4L * Twister.STATE).toArray(JAVA_INT));
          int[] made = new int[count];
          TorchReference.INSTANCE.twister().next(state, made);
          MemorySegment.copy(made, 0, memory, JAVA_INT, offset, count);
        });
  }

  private static <T> T withWords(Function<MemorySegment, T> use) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(4L * KernelCase.WORDS, 64);
      KernelCase.words(words);
      return use.apply(words);
    }
  }

  static KernelCase torch(Random random, String family, DType dtype, Parameters parameters) {
    TorchLaw law = family.endsWith("uniform") ? TorchLaw.UNIFORM : TorchLaw.NORMAL;
    double a = random.nextInt(4) == 0 ? 0 : dtype.round(random.nextDouble() - 0.5);
    double b = random.nextInt(6) == 0 ? a : dtype.round(a + random.nextDouble());
    long offset = (long) random.nextInt(16) * dtype.bytes();
    return family.startsWith("torch_cpu")
        ? torchCpu(random, family, law, dtype, a, b, offset)
        : torchCuda(random, family, law, dtype, a, b, offset, parameters);
  }

  private static KernelCase torchCpu(
      Random random, String family, TorchLaw law, DType dtype, double a, double b, long offset) {
    int some = 1 + random.nextInt(random.nextBoolean() ? 40 : 8000);
    int count = law == TorchLaw.NORMAL ? (some + 15) / 16 * 16 : some;
    long first = 4L * random.nextInt(8);
    return new KernelCase(
        family + "_" + dtype,
        0,
        count,
        0,
        KernelCase.SCRATCH | (long) (KernelCase.MEMORY | 1) << 12,
        new long[] {first, offset, Double.doubleToRawLongBits(a), Double.doubleToRawLongBits(b)},
        memory ->
            withWords(
                words -> {
                  TorchReference.INSTANCE.cpu(
                      new CpuNumbers(law, dtype, a, b),
                      words.asSlice(first),
                      memory.asSlice(offset),
                      count);
                  return null;
                }));
  }

  /** Some blocks of one round of PyTorch's threads, the first of them at {@code offset}. */
  private static KernelCase torchCuda(
      Random random,
      String family,
      TorchLaw law,
      DType dtype,
      double a,
      double b,
      long offset,
      Parameters parameters) {
    int threads = 256 * (1 + random.nextInt(8));
    long count = 1 + random.nextLong(3L * threads * 4);
    long start = 4L * random.nextInt(1 << 20);
    long wave = threads * (dtype.isWide() ? 2L : 4L);
    long round = random.nextLong(Math.ceilDiv(count, wave));
    long from = round * threads + random.nextInt(threads);
    long to = from + 1 + random.nextLong((round + 1) * threads - from);
    long first = round * wave;
    long end = Math.min(count, first + wave);
    long seed = random.nextLong();
    CudaLaunch launch = new CudaLaunch(0, count, start, threads, seed);
    CudaNumbers numbers =
        law == TorchLaw.UNIFORM
            ? CudaNumbers.of(new Fill.Uniform(a, Math.max(a, b)), dtype)
            : CudaNumbers.of(new Fill.Normal(a, Math.abs(b)), dtype);
    numbers.addTo(parameters, offset, launch, first, end);
    return new KernelCase(
        family + "_" + dtype,
        from,
        to,
        0,
        KernelCase.MEMORY,
        KernelCase.read(parameters, 32),
        memory -> TorchReference.INSTANCE.cuda(numbers, launch, memory.asSlice(offset), from, to));
  }

  /** A table of a truncated normal law, or one side of it. */
  static KernelCase truncated(Random random, boolean wide, Parameters parameters) {
    double mean = random.nextInt(3) == 0 ? 0 : random.nextGaussian();
    double std = Math.scalb(0.5 + random.nextDouble(), random.nextInt(-40, 40));
    double reach = random.nextBoolean() ? 4 : 80;
    double a = mean + std * reach * (random.nextDouble() - 0.5);
    double b = random.nextInt(3) == 0 ? 2 * mean - a : a + std * reach * random.nextDouble();
    double low = random.nextInt(6) == 0 ? Double.NEGATIVE_INFINITY : Math.min(a, b);
    double high = random.nextInt(6) == 0 ? Double.POSITIVE_INFINITY : Math.max(a, b);
    Fill.TruncatedNormal law = new Fill.TruncatedNormal(mean, std, low, high);
    if (low == high || !NormalSide.of(law).isNormal()) {
      return truncated(random, wide, parameters);
    }
    boolean even = NormalSide.isEven(law);
    parameters.add(0L).add(even ? 1L : 0L);
    for (NormalSide side : new NormalSide[] {NormalSide.of(law), NormalSide.ofNegated(law)}) {
      for (double number : side.numbers()) {
        parameters.add(number);
      }
    }
    return new KernelCase(
        wide ? "truncated_f64" : "truncated_f32",
        0,
        even ? 1 : 2,
        0,
        KernelCase.MEMORY,
        KernelCase.read(parameters, 16),
        memory ->
            memory.copyFrom(
                wide
                    ? MemorySegment.ofArray(Quantile64.of(law).table())
                    : MemorySegment.ofArray(Quantile32.of(law, DType.F32).table())));
  }
}
