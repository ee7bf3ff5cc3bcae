package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tensors above 64 MiB are written by way of stages, their parts are not: the bits are the same.
 */
class StageTest {
  private static final int PARTS = 3;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f32 constant",
        "bf16 constant",
        "f32 uniform",
        "bf16 normal",
        "f16 normal",
        "f64 truncated"
      })
  void aLargeTensorIsItsParts(String which) {
    String[] words = which.split(" ");
    DType dtype = DType.parse(words[0]);
    Fill fill =
        switch (words[1]) {
          case "constant" -> new Fill.Constant(0.3);
          case "uniform" -> new Fill.Uniform(-1, 1);
          case "normal" -> new Fill.Normal(0, 1);
          default -> new Fill.TruncatedNormal(0, 1, -2, 2);
        };
    // a prime number of columns, so that no part ends where a stage or a vector does
    int columns = 1009;
    int rows = PARTS * ((25 << 20) / columns / dtype.bytes());
    long guard = 5;
    try (Tensor memory = Tensor.empty(Shape.of((long) rows * columns + 2 * guard), dtype);
        Tensor apart = Tensor.empty(Shape.of(rows, columns), dtype)) {
      Fills.fill(memory, new Fill.Constant(7), Generator.philox(1));
      Tensor whole = memory.narrow(0, guard, (long) rows * columns).reshape(rows, columns);
      Fills.fill(whole, fill, Generator.philox(3, 9));
      for (int i = 0; i < PARTS; i++) {
        Tensor part = part(apart, i);
        assertFalse(Stage.pays(part));
        Fills.fill(part, fill, Generator.philox(3, 9));
      }
      long bytes = (long) rows * columns * dtype.bytes();
      MemorySegment all = memory.storage().segment();
      MemorySegment inner = all.asSlice(guard * dtype.bytes(), bytes);
      assertEquals(-1, inner.mismatch(apart.storage().segment()));
      for (long i = 0; i < guard; i++) {
        assertEquals(7, memory.get(i));
        assertEquals(7, memory.get(guard + (long) rows * columns + i));
      }
    }
  }

  private static Tensor part(Tensor whole, int i) {
    long rows = whole.shape().size(0) / PARTS;
    return whole.narrow(0, i * rows, rows).shardOf(whole.shape(), i * rows, 0);
  }
}
