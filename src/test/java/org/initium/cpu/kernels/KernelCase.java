// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.initium.DType;
import org.initium.cpu.fill.ReferenceFills;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.law.ElementLaw;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;
import org.initium.spi.StridedLayout;
import org.initium.testing.DTypes;

/**
 * A call of a kernel, made at random.
 *
 * @param places which parameters are addresses, 12 bits each: what of, and the parameter's number
 * @param parameters offsets where they are addresses
 * @param reference what writes the same
 */
record KernelCase(
    String kernel,
    long begin,
    long end,
    long flags,
    long places,
    long[] parameters,
    Consumer<MemorySegment> reference) {
  /**
   * In the memory that is compared, in a table of numbers, and in scratch that begins with words.
   */
  static final int MEMORY = 0x400;

  static final int IN_TABLE = 0x100;
  static final int SCRATCH = 0x200;
  private static final int PLACE_BITS = 12;
  private static final long SCRATCH_BYTES = 9 << 20;
  static final int WORDS = 1 << 16;

  static final int BYTES = 1 << 18;
  private static final int TABLE = 2 * 848 * 11;
  private static final int LAW = 40; // behind Region and Source
  private static final int REGION = 29; // fields
  private static final List<DType> TORCH = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);

  private static final List<String> FAMILIES =
      List.of(
          "constant",
          "uniform",
          "normal",
          "quantile",
          "hadamard",
          "diagonal",
          "matrix",
          "sparse",
          "torch_uniform",
          "torch_normal",
          "torch_cpu_uniform",
          "torch_cpu_normal",
          "twister",
          "truncated");

  /** Where the upper words of counters change, and where nothing does. */
  private static final long[] PLACES = {0, 1L << 18, 1L << 19, 1L << 34, 1L << 35, 1L << 50};

  @Override
  public String toString() {
    return kernel + " " + begin + " to " + end + ", flags " + flags + Arrays.toString(parameters);
  }

  static KernelCase random(Random random) {
    DType dtype = DTypes.FLOATS.get(random.nextInt(DTypes.FLOATS.size()));
    String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
    Parameters parameters = new Parameters();
    return switch (family) {
      case "diagonal" -> diagonal(random, dtype, parameters);
      case "sparse" -> DrawnCases.sparse(random, dtype);
      case "torch_uniform", "torch_normal", "torch_cpu_uniform", "torch_cpu_normal" ->
          DrawnCases.torch(random, family, TORCH.get(random.nextInt(TORCH.size())), parameters);
      case "twister" -> DrawnCases.twister(random);
      case "truncated" -> DrawnCases.truncated(random, dtype.isWide(), parameters);
      default -> elements(random, family, dtype);
    };
  }

  private static KernelCase elements(Random random, String family, DType dtype) {
    KernelRegion region = region(random, dtype);
    boolean constant = family.equals("constant");
    if (constant) {
      region = region.anywhere();
    }
    if (family.equals("matrix")) {
      region = ofMatrix(region, random);
      if (end(region) > TABLE - 100) {
        return elements(random, family, dtype);
      }
    }
    Parameters parameters = region.parameters();
    boolean ofIndex = constant || family.equals("hadamard") || family.equals("matrix");
    long seed = ofIndex ? 0 : random.nextLong();
    long start = ofIndex ? 0 : Math.max(0, region.start() - random.nextInt(5000));
    if (!ofIndex) {
      parameters.addSource(seed, start);
    }
    LongFunction<LongUnaryOperator> bits =
        switch (family) {
          case "constant" -> {
            long value = random.nextLong();
            parameters.add(value);
            yield _ -> _ -> value;
          }
          case "hadamard" -> {
            long columns = 1 + random.nextLong(300);
            parameters.add(columns).add(dtype.round(0.3));
            yield _ -> bits(dtype, 0, ReferenceFills.hadamard(columns, dtype.round(0.3)));
          }
          case "matrix" -> matrix(random, region, parameters);
          default -> {
            ElementLaw law = law(random, family, dtype, parameters);
            yield _ -> bits(dtype, start, ReferenceFills.drawn(law, dtype, seed, start));
          }
        };
    long items = region.items();
    long from = random.nextInt(3) == 0 ? random.nextLong(items) : 0;
    long to = random.nextInt(3) == 0 ? from + random.nextLong(items - from + 1) : items;
    long flags = random.nextInt(4) == 0 ? Kernel.STREAMING : 0;
    int table =
        switch (family) {
          case "quantile" -> IN_TABLE + LAW;
          case "matrix" -> IN_TABLE + REGION;
          default -> 0;
        };
    String name = family + "_" + (constant ? dtype.bytes() : dtype);
    KernelRegion all = region;
    return new KernelCase(
        name,
        from,
        to,
        flags,
        MEMORY | (long) table << PLACE_BITS,
        read(parameters, LAW + 4),
        memory -> {
          try (Arena arena = Arena.ofConfined()) {
            long numbers = table(arena, dtype.isWide()).address();
            write(all, from, to, bits.apply(numbers), memory);
          }
        });
  }

  /** The bits at a position in the stream, of a function of the index in the whole. */
  private static LongUnaryOperator bits(DType dtype, long start, LongToDoubleFunction values) {
    return position -> dtype.bits(values.applyAsDouble(position - start));
  }

  /** Writes the elements that some work items of a region are: groups of 16 bytes of its rows. */
  private static void write(
      KernelRegion region, long begin, long end, LongUnaryOperator bits, MemorySegment memory) {
    int bytes = region.dtype().bytes();
    int last = region.sizes().length;
    boolean rowsFirst = region.parameters().fields()[7] != 0;
    StridedLayout rows =
        new StridedLayout(
            last == 0 ? new long[] {1} : region.sizes(),
            last == 0 ? new long[] {1} : region.memoryStrides(),
            last == 0 ? new long[] {1} : region.wholeStrides(),
            region.memory() / bytes,
            region.start());
    for (long row = 0; row < region.rows(); row++) {
      long number = row;
      rows.each(
          row,
          row + 1,
          (place, first) -> {
            for (long i = 0; i < region.length(); i++) {
              long group = (first + i) * bytes / 16 - first * bytes / 16;
              long item =
                  rowsFirst ? group * region.rows() + number : number * region.groups() + group;
              if (item >= begin && item < end) {
                set(memory, place + i * region.stride(), bytes, bits.applyAsLong(first + i));
              }
            }
          });
    }
  }

  private static void set(MemorySegment memory, long place, int bytes, long bits) {
    for (int i = 0; i < bytes; i++) {
      memory.set(JAVA_BYTE, place * bytes + i, (byte) (bits >>> 8 * i));
    }
  }

  /** A region of a matrix that the table has. */
  private static KernelRegion ofMatrix(KernelRegion region, Random random) {
    return new KernelRegion(
        region.memory(),
        random.nextInt(100),
        region.length(),
        region.stride(),
        region.sizes(),
        region.memoryStrides(),
        region.wholeStrides(),
        region.dtype());
  }

  private static LongFunction<LongUnaryOperator> matrix(
      Random random, KernelRegion region, Parameters parameters) {
    long end = end(region);
    long rows = 1 + random.nextInt(100);
    long columns = Math.ceilDiv(end, rows);
    boolean turned = random.nextBoolean();
    parameters.add(0L).add(rows).add(columns);
    long rowStep = turned ? 1 : columns;
    long columnStep = turned ? rows : 1;
    double gain = random.nextDouble();
    parameters.add(rowStep).add(columnStep).add(gain);
    DType dtype = region.dtype();
    DType wide = dtype.computedIn();
    return matrix ->
        bits(dtype, 0, ReferenceFills.matrix(wide, matrix, columns, rowStep, columnStep, gain));
  }

  private static long end(KernelRegion region) {
    long end = region.start() + region.length();
    for (int d = 0; d < region.sizes().length; d++) {
      end += (region.sizes()[d] - 1) * region.wholeStrides()[d];
    }
    return end;
  }

  private static ElementLaw law(Random random, String family, DType dtype, Parameters parameters) {
    boolean wide = dtype.isWide();
    double a = dtype.round(random.nextDouble() - 0.5);
    double b = dtype.round(a + 0.1 + random.nextDouble());
    switch (family) {
      case "uniform" -> {
        // Another least value than the low end, which f64 has none of in the reference.
        double least = wide ? a : dtype.round(a + random.nextInt(2) * (b - a) / 8);
        double most = dtype.below(b);
        parameters.add(a).add(b - a).add(least + 0.0).add(most + 0.0);
        return wide
            ? new Uniform64(a, b - a, most)
            : new Uniform32((float) a, (float) (b - a), (float) least, (float) most);
      }
      case "normal" -> {
        parameters.add(a).add(b);
        return wide ? new Normal64(a, b) : new Normal32((float) a, (float) b);
      }
      default -> {
        double low = dtype.round(-0.4);
        double high = dtype.round(0.3);
        parameters.add(0L).add(low).add(high);
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment table = table(arena, wide);
          if (wide) {
            long bytes = 8L * 2 * Quantile64.SEGMENTS * Quantile64.COEFFICIENTS;
            return new Quantile64(table.asSlice(0, bytes).toArray(JAVA_DOUBLE), low, high);
          }
          float[] series = table.asSlice(0, 4L * 2 * Quantile32.SEGMENTS * 4).toArray(JAVA_FLOAT);
          return new Quantile32(series, (float) low, (float) high);
        }
      }
    }
  }

  private static KernelCase diagonal(Random random, DType dtype, Parameters parameters) {
    long rows = 1 + random.nextInt(60);
    long columns = 1 + random.nextInt(60);
    long columnStride = 1 + random.nextInt(3);
    long offset = random.nextInt(64);
    long bits = random.nextLong();
    long firstRow = random.nextInt(50);
    long period = 1 + random.nextInt(90);
    long firstColumn = random.nextInt(50);
    parameters.add(offset * dtype.bytes()).add(bits).add((long) dtype.bytes());
    parameters.add(firstRow).add(rows).add(period).add(firstColumn).add(columns);
    parameters.add(columns * columnStride).add(columnStride);
    long from = random.nextLong(rows);
    return new KernelCase(
        "diagonal",
        from,
        rows,
        0,
        MEMORY,
        read(parameters, 10),
        memory -> {
          for (long row = from; row < rows; row++) {
            long column = (firstRow + row) % period - firstColumn;
            if (column >= 0 && column < columns) {
              long place = offset + (row * columns + column) * columnStride;
              set(memory, place, dtype.bytes(), bits);
            }
          }
        });
  }

  static long[] read(Parameters parameters, int fields) {
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

  /** What is to be written, over memory that was the same before. */
  void expected(MemorySegment memory) {
    memory.fill((byte) 0x5a);
    reference.accept(memory);
  }

  /** Writes over memory that was the same before. */
  void run(KernelSet kernels, MemorySegment memory) {
    memory.fill((byte) 0x5a);
    try (Arena arena = Arena.ofConfined()) {
      long[] own = parameters.clone();
      for (long rest = places; rest != 0; rest >>>= PLACE_BITS) {
        MemorySegment base =
            switch ((int) rest & 0xf00) {
              case MEMORY -> memory;
              case IN_TABLE -> table(arena, kernel.endsWith("f64"));
              case SCRATCH -> scratch(arena);
              default -> MemorySegment.NULL;
            };
        own[(int) rest & 0xff] += base.address();
      }
      kernels.kernel(kernel).run(own, begin, end, flags);
    }
  }

  private static MemorySegment table(Arena arena, boolean wide) {
    MemorySegment values = arena.allocate(8L * TABLE, 64);
    for (int i = 0; i < TABLE; i++) {
      double value = word(i) * 0x1p-32 - 0.5;
      if (wide) {
        values.setAtIndex(JAVA_DOUBLE, i, value);
      } else {
        values.setAtIndex(JAVA_FLOAT, i, (float) value);
      }
    }
    return values;
  }

  private static MemorySegment scratch(Arena arena) {
    MemorySegment scratch = arena.allocate(SCRATCH_BYTES, 64);
    words(scratch);
    return scratch;
  }

  static void words(MemorySegment memory) {
    for (int i = 0; i < WORDS; i++) {
      memory.setAtIndex(JAVA_INT, i, (int) word(i));
    }
  }

  private static long word(int i) {
    return i * 2654435761L & 0xFFFFFFFFL;
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
