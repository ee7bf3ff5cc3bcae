// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.initium.DType;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;

/**
 * A call of a kernel, made at random.
 *
 * @param parameters the first is an offset into memory
 * @param table which parameter is the address of a table, or 0
 */
record KernelCase(String kernel, long begin, long end, long flags, int table, long[] parameters) {
  static final int BYTES = 1 << 17;
  private static final int TABLE = 2 * 848 * 11;
  private static final int LAW = 40; // behind Region and Source

  private static final List<String> FAMILIES =
      List.of("constant", "uniform", "normal", "quantile", "hadamard", "many", "diagonal");

  /** Where the upper words of counters change, and where nothing does. */
  private static final long[] PLACES = {0, 1L << 18, 1L << 19, 1L << 34, 1L << 35, 1L << 50};

  @Override
  public String toString() {
    return kernel + " " + begin + " to " + end + ", flags " + flags + Arrays.toString(parameters);
  }

  static KernelCase random(Random random) {
    DType dtype = DType.values()[random.nextInt(DType.values().length)];
    String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
    Parameters parameters = new Parameters();
    return switch (family) {
      case "many" -> many(random, dtype, parameters);
      case "diagonal" -> diagonal(random, dtype, parameters);
      default -> elements(random, family, dtype, parameters);
    };
  }

  private static KernelCase elements(
      Random random, String family, DType dtype, Parameters parameters) {
    KernelRegion region = region(random, dtype);
    boolean constant = family.equals("constant");
    if (constant) {
      region = region.anywhere();
    }
    region.addTo(parameters);
    if (!constant && !family.equals("hadamard")) {
      parameters.addSource(random.nextLong(), Math.max(0, region.start() - random.nextInt(5000)));
    }
    switch (family) {
      case "constant" -> parameters.add(random.nextLong());
      case "hadamard" -> parameters.add(1 + random.nextLong(300)).add(dtype.round(0.3));
      default -> law(random, family, dtype, parameters);
    }
    long items = region.items();
    long from = random.nextInt(3) == 0 ? random.nextLong(items) : 0;
    long to = random.nextInt(3) == 0 ? from + random.nextLong(items - from + 1) : items;
    long flags = random.nextInt(4) == 0 ? Kernel.STREAMING : 0;
    int table = family.equals("quantile") ? LAW : 0;
    String name = family + "_" + (constant ? dtype.bytes() : dtype);
    return new KernelCase(name, from, to, flags, table, read(parameters, LAW + 4));
  }

  private static void law(Random random, String family, DType dtype, Parameters parameters) {
    double a = dtype.round(random.nextDouble() - 0.5);
    double b = dtype.round(a + 0.1 + random.nextDouble());
    switch (family) {
      case "uniform" -> parameters.add(a).add(b - a).add(a + 0.0).add(dtype.below(b) + 0.0);
      case "normal" -> parameters.add(a).add(b);
      default -> parameters.add(0L).add(dtype.round(-0.4)).add(dtype.round(0.3));
    }
  }

  private static KernelCase many(Random random, DType dtype, Parameters parameters) {
    int law = random.nextInt(4);
    long first = Math.max(0, PLACES[random.nextInt(PLACES.length)] - random.nextInt(3000));
    long length = 1 + random.nextInt(4000);
    parameters
        .add((long) random.nextInt(64) * dtype.bytes())
        .add(first)
        .add(length | (long) law << 32)
        .add(Math.max(0, first - random.nextInt(5000)))
        .add(random.nextLong());
    if (law == 0) {
      parameters.add(random.nextLong());
    } else {
      law(random, List.of("uniform", "normal", "quantile").get(law - 1), dtype, parameters);
    }
    return new KernelCase("many_" + dtype, 0, 1, 0, law == 3 ? 5 : 0, read(parameters, 9));
  }

  private static KernelCase diagonal(Random random, DType dtype, Parameters parameters) {
    long rows = 1 + random.nextInt(60);
    long columns = 1 + random.nextInt(60);
    long columnStride = 1 + random.nextInt(3);
    parameters
        .add((long) random.nextInt(64) * dtype.bytes())
        .add(random.nextLong())
        .add((long) dtype.bytes())
        .add((long) random.nextInt(50))
        .add(rows)
        .add(1 + (long) random.nextInt(90))
        .add((long) random.nextInt(50))
        .add(columns)
        .add(columns * columnStride)
        .add(columnStride);
    long from = random.nextLong(rows);
    return new KernelCase("diagonal", from, rows, 0, 0, read(parameters, 10));
  }

  private static long[] read(Parameters parameters, int fields) {
    return Arrays.copyOf(parameters.fields(), fields);
  }

  /** In memory from 0 on. */
  private static KernelRegion region(Random random, DType dtype) {
    int rank = random.nextInt(4);
    long elements = BYTES / dtype.bytes() - 64;
    long length = 1 + random.nextInt(rank == 0 ? 9000 : 1 + random.nextInt(400));
    long stride = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
    long[] sizes = new long[rank];
    long[] memoryStrides = new long[rank];
    long[] wholeStrides = new long[rank];
    boolean down = rank > 0 && random.nextInt(3) == 0; // memory is contiguous down the rows
    long whole = length + random.nextInt(50);
    for (int d = rank - 1; d >= 0; d--) {
      sizes[d] = 1 + random.nextInt(6);
      wholeStrides[d] = whole;
      whole = whole * sizes[d] + random.nextInt(9);
    }
    stride = down ? sizes[rank - 1] + random.nextInt(3) : stride;
    long extent = length * stride;
    for (int d = rank - 1; d >= 0; d--) {
      memoryStrides[d] = down && d == rank - 1 ? 1 : extent + random.nextInt(8);
      extent = down && d == rank - 1 ? extent : memoryStrides[d] * sizes[d];
    }
    if (extent > elements) {
      return region(random, dtype);
    }
    long start = Math.max(0, PLACES[random.nextInt(PLACES.length)] - random.nextInt(3000));
    long offset = (long) random.nextInt(32) * dtype.bytes();
    return new KernelRegion(
        offset, start, length, stride, sizes, memoryStrides, wholeStrides, dtype);
  }

  /** Writes over memory that was the same before. */
  void run(KernelSet kernels, MemorySegment memory) {
    memory.fill((byte) 0x5a);
    try (Arena arena = Arena.ofConfined()) {
      long[] own = parameters.clone();
      own[0] += memory.address();
      if (table > 0) {
        boolean wide = kernel.endsWith("f64");
        MemorySegment values = arena.allocate(8L * TABLE, 64);
        for (int i = 0; i < TABLE; i++) {
          double value = (i * 2654435761L & 0xFFFFFFFFL) * 0x1p-32 - 0.5;
          if (wide) {
            values.setAtIndex(JAVA_DOUBLE, i, value);
          } else {
            values.setAtIndex(JAVA_FLOAT, i, (float) value);
          }
        }
        own[table] = values.address();
      }
      kernels.kernel(kernel).run(own, begin, end, flags);
    }
  }

  /** FNV-1a of memory. */
  static long hash(MemorySegment memory) {
    long hash = 0xcbf29ce484222325L;
    for (long i = 0; i < memory.byteSize(); i++) {
      hash = (hash ^ memory.get(JAVA_BYTE, i) & 0xff) * 0x100000001b3L;
    }
    return hash;
  }
}
