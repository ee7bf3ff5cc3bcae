package org.initium.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.initium.DType;
import org.initium.Fill;
import org.initium.cpu.reference.ReferenceKernels;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.law.ElementLaw;
import org.initium.testing.Levels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters at random: each level of the native kernels writes what the reference writes. */
class KernelFuzzTest {
  private static final int CASES = 3000;
  private static final int BYTES = 1 << 17;
  private static final List<String> FAMILIES =
      List.of("constant", "uniform", "normal", "truncated", "hadamard");

  /** Where the upper words of counters change, and where nothing does. */
  private static final long[] PLACES = {0, 1L << 18, 1L << 19, 1L << 34, 1L << 35, 1L << 50};

  private record Case(String kernel, KernelRegion region, long from, long to, long flags) {}

  @ParameterizedTest
  @ValueSource(strings = {"v2", "v3", "v4", "auto"})
  void nativeIsReference(String level) {
    assumeTrue(Levels.has(level), () -> "this processor has no " + level + ": it was not run");
    KernelSet kernels = NativeKernels.of(level.equals("auto") ? 0 : level.charAt(1) - '0');
    Random random = new Random(12);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(BYTES, 64);
      MemorySegment got = arena.allocate(BYTES, 64);
      for (int i = 0; i < CASES; i++) {
        DType dtype = DType.values()[random.nextInt(DType.values().length)];
        String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
        long seed = random.nextLong();
        KernelRegion region = region(random, dtype);
        if (family.equals("constant")) {
          region = at(region, region.memory()).anywhere();
        }
        long items = region.items();
        long from = random.nextInt(3) == 0 ? random.nextLong(items) : 0;
        long to = random.nextInt(3) == 0 ? from + random.nextLong(items - from + 1) : items;
        long flags = random.nextInt(4) == 0 ? Kernel.STREAMING : 0;
        String name = family + "_" + (family.equals("constant") ? dtype.bytes() : dtype);
        Case each = new Case(name, region, from, to, flags);
        expected.fill((byte) 0x5a);
        got.fill((byte) 0x5a);
        long numbers = random.nextLong();
        run(ReferenceKernels.INSTANCE, each, dtype, seed, numbers, expected, arena);
        run(kernels, each, dtype, seed, numbers, got, arena);
        assertEquals(-1, expected.mismatch(got), "case " + i + ": " + each);
      }
    }
  }

  private static KernelRegion at(KernelRegion r, long memory) {
    return new KernelRegion(
        memory,
        r.start(),
        r.length(),
        r.stride(),
        r.sizes(),
        r.memoryStrides(),
        r.wholeStrides(),
        r.dtype());
  }

  /** In memory from 0 on, which is moved to where the memory is. */
  private static KernelRegion region(Random random, DType dtype) {
    int rank = random.nextInt(4);
    long length = 1 + random.nextInt(rank == 0 ? 9000 : 1 + random.nextInt(400));
    long stride = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
    long[] sizes = new long[rank];
    long[] memoryStrides = new long[rank];
    long[] wholeStrides = new long[rank];
    long elements = BYTES / dtype.bytes() - 64;
    length = Math.min(length, elements / stride / 64 + 1);
    long extent = length * stride;
    long whole = length + random.nextInt(50);
    boolean down = rank > 0 && random.nextInt(3) == 0; // memory is contiguous down the rows
    for (int d = rank - 1; d >= 0; d--) {
      sizes[d] = 1 + random.nextInt(6);
      memoryStrides[d] = extent + random.nextInt(8);
      wholeStrides[d] = whole;
      extent = memoryStrides[d] * sizes[d];
      whole = whole * sizes[d] + random.nextInt(9);
    }
    if (down) {
      memoryStrides[rank - 1] = 1;
      stride = sizes[rank - 1] + random.nextInt(3);
      extent = length * stride;
      for (int d = rank - 2; d >= 0; d--) {
        memoryStrides[d] = extent;
        extent *= sizes[d];
      }
    }
    if (extent > elements) {
      return region(random, dtype);
    }
    long start = PLACES[random.nextInt(PLACES.length)] - random.nextInt(3000);
    return new KernelRegion(
        (long) random.nextInt(32) * dtype.bytes(),
        Math.max(0, start),
        length,
        stride,
        sizes,
        memoryStrides,
        wholeStrides,
        dtype);
  }

  private static void run(
      KernelSet kernels,
      Case each,
      DType dtype,
      long seed,
      long numbers,
      MemorySegment memory,
      Arena arena) {
    KernelRegion region = at(each.region, memory.address() + each.region.memory());
    try (Parameters parameters = new Parameters()) {
      region.addTo(parameters);
      Random random = new Random(numbers);
      double a = random.nextDouble() - 0.5;
      long start = Math.max(0, region.start() - random.nextInt(5000));
      double b = a + random.nextDouble();
      switch (each.kernel.substring(0, each.kernel.indexOf('_'))) {
        case "constant" -> parameters.add(random.nextLong());
        case "hadamard" -> parameters.add(1 + random.nextLong(300)).add(dtype.round(a));
        case "uniform" -> law(parameters, new Fill.Uniform(a, b), dtype, seed, start, arena);
        case "normal" -> law(parameters, new Fill.Normal(a, b - a), dtype, seed, start, arena);
        default -> {
          Fill fill = new Fill.TruncatedNormal(0, 1, random.nextInt(3) - 3, random.nextInt(3) + 1);
          law(parameters, (Fill.Elementary) fill, dtype, seed, start, arena);
        }
      }
      kernels.kernel(each.kernel).run(parameters.address(), each.from, each.to, each.flags);
    }
  }

  private static void law(
      Parameters parameters,
      Fill.Elementary fill,
      DType dtype,
      long seed,
      long start,
      Arena arena) {
    ElementLaw law = ElementLaw.of(fill, dtype).orElseThrow();
    parameters.addSource(seed, start);
    switch (law.table()) {
      case float[] table ->
          parameters.add(arena.allocateFrom(ValueLayout.JAVA_FLOAT, table).address());
      case double[] table ->
          parameters.add(arena.allocateFrom(ValueLayout.JAVA_DOUBLE, table).address());
      case null, default -> {}
    }
    for (double number : law.numbers()) {
      parameters.add(number);
    }
  }
}
