// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.kernel.SparseKeys;
import org.initium.law.ColumnKeys;
import org.initium.law.Philox;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The last rows of sparse columns of 2^31, which are too long to be counted here: the cut is given,
 * and what the kernel makes of it is compared with the keys as {@link ColumnKeys} has them.
 */
@CudaTest
class LongestColumnTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final long ROWS = 1L << 31;
  private static final int LAST = 5000;
  private static final int SEED = 42;
  private static final int CUT = 200;
  private static final long KEY = 40; // in the struct Column; its tie comes first
  private static final int WRITE = 3; // the state of a tile whose cuts are known

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1099511627779", "16, 0", "16, 262143"})
  void endsAsTheLawSays(int columns, long offset) {
    Shape whole = Shape.of(ROWS, columns);
    Fill.Sparse fill = new Fill.Sparse(0.8, 1);
    ColumnKeys keys = ColumnKeys.of(fill, whole, SEED, offset);
    assertEquals(columns, keys.width());
    long tie = 1L << 63 | ROWS - LAST / 2;
    try (Tensor tensor = Tensor.empty(Shape.of(LAST, columns), DType.F32, DEVICE);
        Stream stream = BACKEND.newStream(DEVICE);
        Storage scratch = BACKEND.allocate(DEVICE, SparseFill.TILE_BYTES);
        Arena arena = Arena.ofConfined()) {
      MemorySegment tile = arena.allocate(SparseFill.TILE_BYTES, Long.BYTES);
      tile.set(ValueLayout.JAVA_INT, SparseFill.STATE, WRITE);
      for (int i = 0; i < columns; i++) {
        long column = SparseFill.COLUMNS + (long) i * SparseFill.COLUMN_BYTES;
        tile.set(ValueLayout.JAVA_LONG, column, tie);
        tile.set(ValueLayout.JAVA_INT, column + KEY, CUT);
      }
      BACKEND.copyFromHost(tile, scratch, 0, stream);
      Gpu gpu = Gpus.of(DEVICE);
      Tensor shard = tensor.shardOf(whole, ROWS - LAST, 0);
      try (CudaLife.Context _ = CudaLife.enter(gpu)) {
        FillTarget target = new FillTarget(gpu, shard, (CudaStream) stream);
        SparseKeys sparse = SparseKeys.of(shard, fill, SEED, offset);
        new SparseFill(target, sparse, SparseKeys.NEAR)
            .launch("tall_f32", 0, 1, 4, scratch.address());
      }
      stream.synchronize();
      try (Tensor read = tensor.toCpu()) {
        check(read, keys, tie);
      }
    }
  }

  private static void check(Tensor read, ColumnKeys keys, long tie) {
    int zeros = 0;
    int columns = keys.width();
    long end = ROWS * columns;
    long begin = end - (long) LAST * columns;
    for (long group = begin - begin % ColumnKeys.GROUP; group < end; group += ColumnKeys.GROUP) {
      try (Tensor normals = normals(keys, group)) {
        int kept = 0;
        for (long i = group; i < group + ColumnKeys.GROUP; i++) {
          double expected = isZero(keys, i, tie) ? 0 : normals.get(kept++);
          if (i >= begin) {
            assertEquals(expected, read.get((i - begin) / columns, i % columns), "element " + i);
            zeros += expected == 0 ? 1 : 0;
          }
        }
      }
    }
    int all = LAST * columns;
    assertEquals(all * CUT / 256.0, zeros, 6 * Math.sqrt(all * 0.2));
  }

  private static boolean isZero(ColumnKeys keys, long i, long tie) {
    int key = Philox.word(SEED, keys.keyWord(i)) >>> Byte.SIZE * (int) (i % 4) & 0xff;
    long order = keys.tie(Philox.word(keys.seed(), keys.tieWord(0) + i), i);
    order = order >>> 31 << Integer.SIZE | order & ROWS - 1; // rows have 32 bits in the kernel
    return key < CUT || key == CUT && Long.compareUnsigned(order, tie) < 0;
  }

  /** The first normals of a group. */
  private static Tensor normals(ColumnKeys keys, long group) {
    Tensor memory = Tensor.empty(Shape.of(ColumnKeys.GROUP), DType.F32);
    Tensor part = memory.shardOf(Shape.of(ROWS * keys.width()), group);
    Fills.fill(part, new Fill.Normal(0, 1), Generator.philox(SEED, keys.normalStart()));
    return memory;
  }
}
