// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.RowShard;
import org.initium.recipe.plan.TensorContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of a model do not depend on how they are cut into chunks or shards. */
class PlanFillerTest {
  private static PlannedTensor tensor(String name, DType dtype, String init, long... sizes) {
    return new PlannedTensor(name, Shape.of(sizes), dtype, Init.parse(init));
  }

  private static final Plan PLAN =
      Plan.of(
          tensor("matrix", DType.F32, "normal(std=0.02)", 37, 19),
          tensor("conv", DType.BF16, "kaiming_uniform", 5, 3, 7, 2),
          tensor("double", DType.F64, "uniform(-1, 1)", 4, 9),
          tensor("half", DType.F16, "trunc_normal(std=0.5)", 11, 13),
          tensor("square", DType.F32, "orthogonal", 12, 12),
          tensor("positions", DType.F32, "sinusoidal(order=halves, width=3)", 2, 9, 8),
          tensor("a_log", DType.BF16, "log(arange(1))", 5, 16),
          tensor("dt", DType.F32, "dt_bias", 70),
          tensor("stack", DType.F32, "orthogonal(batch_axis=0)", 7, 4, 6),
          tensor("stacks", DType.F32, "orthogonal(batch_axis=[1,0,3])", 3, 2, 5, 2, 3),
          tensor("last", DType.F32, "orthogonal(batch_axis=-1)", 4, 3, 3),
          tensor("sparse", DType.F32, "sparse(0.3)", 21, 8),
          tensor("eye", DType.F32, "eye", 6, 10),
          tensor("scalar", DType.F32, "normal"),
          tensor("empty", DType.F32, "normal", 3, 0, 2),
          gates());

  /** Three gates side by side in dimension 1, each with a law of its own. */
  private static PlannedTensor gates() {
    Region all = Region.all(Shape.of(8, 30));
    return new PlannedTensor(
        "gates",
        Shape.of(8, 30),
        DType.F32,
        new TensorContent.Drawn(
            List.of(
                new TensorContent.Part(all.narrow(1, 0, 10), Init.parse("xavier_uniform")),
                new TensorContent.Part(all.narrow(1, 10, 10), Init.parse("normal")),
                new TensorContent.Part(all.narrow(1, 20, 10), Init.parse("ones")))));
  }

  /** The bytes of each tensor, as the chunks come. */
  static Map<String, byte[]> bytes(Plan plan, PlanFiller filler) throws IOException {
    Map<String, byte[]> made = new HashMap<>();
    for (PlannedTensor tensor : plan.tensors()) {
      made.put(tensor.name(), new byte[(int) tensor.spec(filler.shard()).bytes()]);
    }
    Map<String, Long> next = new HashMap<>();
    filler.fill(
        plan,
        (tensor, offset, bytes) -> {
          assertEquals(next.getOrDefault(tensor.name(), 0L), offset, "chunks come in order");
          next.put(tensor.name(), offset + bytes.byteSize());
          MemorySegment.copy(
              bytes,
              ValueLayout.JAVA_BYTE,
              0,
              made.get(tensor.name()),
              (int) offset,
              (int) bytes.byteSize());
        });
    made.forEach(
        (name, bytes) -> assertEquals(bytes.length, next.getOrDefault(name, 0L).intValue(), name));
    return made;
  }

  private static PlanFiller filler(Generator generator, RowShard shard, long chunkBytes) {
    return Fillers.of(generator, shard, chunkBytes);
  }

  private static Map<String, byte[]> whole(Generator generator) throws IOException {
    return bytes(PLAN, filler(generator, RowShard.ALL, 1 << 20));
  }

  private static void assertSame(Map<String, byte[]> expected, Map<String, byte[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
  }

  /** A class of its own: chunks come on another thread, which waits for this one's initializer. */
  private static final class Reference {
    static final Map<String, byte[]> PHILOX = philox();

    private static Map<String, byte[]> philox() {
      try {
        return whole(Generator.philox(7));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Property(tries = 40, seed = "20261123")
  void chunksOfAnySizeGiveTheSameBytes(@ForAll @IntRange(min = 1, max = 3000) int chunkBytes)
      throws IOException {
    assertSame(
        Reference.PHILOX, bytes(PLAN, filler(Generator.philox(7), RowShard.ALL, chunkBytes)));
  }

  @Property(tries = 40, seed = "20261123")
  void shardsOneBehindTheOtherAreTheWhole(
      @ForAll @IntRange(min = 1, max = 15) int count,
      @ForAll @IntRange(min = 40, max = 3000) int chunkBytes)
      throws IOException {
    Map<String, List<byte[]>> shards = new HashMap<>();
    for (int i = 0; i < count; i++) {
      bytes(PLAN, filler(Generator.philox(7), new RowShard(i, count), chunkBytes))
          .forEach((name, b) -> shards.computeIfAbsent(name, n -> new ArrayList<>()).add(b));
    }
    shards.forEach(
        (name, parts) -> {
          if (name.equals("scalar")) {
            parts.forEach(part -> assertArrayEquals(Reference.PHILOX.get(name), part));
          } else {
            assertArrayEquals(Reference.PHILOX.get(name), concatenated(parts), name);
          }
        });
  }

  private static byte[] concatenated(List<byte[]> parts) {
    byte[] all = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @Test
  void philoxTensorsDependOnTheirNamesAndNotOnTheOthers() throws IOException {
    for (PlannedTensor tensor : PLAN.tensors()) {
      byte[] alone =
          bytes(Plan.of(tensor), filler(Generator.philox(7), RowShard.ALL, 1 << 20))
              .get(tensor.name());
      assertArrayEquals(Reference.PHILOX.get(tensor.name()), alone, tensor.name());
    }
  }

  @Test
  void aTensorIsTheFillOfTheForkedGenerator() throws IOException {
    try (Tensor matrix = Tensor.empty(Shape.of(37, 19), DType.F32)) {
      matrix.fill(Init.normal(0, 0.02), Generator.philox(7).fork("matrix"));
      assertArrayEquals(
          matrix.segment().toArray(ValueLayout.JAVA_BYTE), Reference.PHILOX.get("matrix"));
    }
  }

  @Test
  void partsDrawOneAfterTheOther() throws IOException {
    try (Tensor whole = Tensor.empty(Shape.of(8, 30), DType.F32)) {
      Generator generator = Generator.philox(7).fork("gates");
      whole.narrow(1, 0, 10).fill(Init.xavierUniform(), generator);
      whole.narrow(1, 10, 10).fill(Init.normal(0, 1), generator);
      whole.narrow(1, 20, 10).fill(Init.ones(), generator);
      assertArrayEquals(
          whole.segment().toArray(ValueLayout.JAVA_BYTE), Reference.PHILOX.get("gates"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 333, 1 << 20})
  void othersDrawInTheOrderOfTheRecipe(int chunkBytes) throws IOException {
    Plan plan =
        Plan.of(
            tensor("a", DType.F32, "normal", 7, 20),
            tensor("b", DType.F32, "uniform", 100),
            tensor("c", DType.F32, "zeros", 5),
            tensor("d", DType.F32, "normal", 40, 3));
    Map<String, byte[]> made = bytes(plan, filler(Generator.torchCpu(3), RowShard.ALL, chunkBytes));
    Generator generator = Generator.torchCpu(3);
    for (PlannedTensor tensor : plan.tensors()) {
      try (Tensor filled = Tensor.empty(tensor.shape(), tensor.dtype())) {
        filled.fill(tensor.parts().getFirst().init(), generator);
        assertArrayEquals(
            filled.segment().toArray(ValueLayout.JAVA_BYTE),
            made.get(tensor.name()),
            tensor.name());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 333, 2000})
  void chunksDoNotChangeTorchsNumbers(int chunkBytes) throws IOException {
    for (Generator generator :
        List.of(Generator.torchCpu(3), Generator.torchCuda(3, new GpuGeometry(1, 256)))) {
      assertSame(whole(generator.copy()), bytes(PLAN, filler(generator, RowShard.ALL, chunkBytes)));
    }
  }

  @Test
  void whatTheSinkThrowsEndsTheRun() {
    IOException error =
        assertThrows(
            IOException.class,
            () ->
                filler(Generator.philox(7), RowShard.ALL, 100)
                    .fill(
                        PLAN,
                        (tensor, offset, bytes) -> {
                          throw new IOException("No space left on device");
                        }));
    assertEquals("No space left on device", error.getMessage());
  }

  /** Elements of a stack's matrix depend on each other, but not on those of the next matrix. */
  @Test
  void stacksAreCutBetweenTheirMatrices() throws IOException {
    Map<String, Long> largest = new HashMap<>();
    filler(Generator.philox(7), RowShard.ALL, 200)
        .fill(
            PLAN, (tensor, at, bytes) -> largest.merge(tensor.name(), bytes.byteSize(), Math::max));
    assertEquals(2 * 4 * 6 * 4, largest.get("stack"));
    assertEquals(5 * 2 * 3 * 4, largest.get("stacks"));
    assertEquals(4 * 3 * 3 * 4, largest.get("last"));
    assertEquals(12 * 12 * 4, largest.get("square"));
  }

  @Test
  void slabsTileTheirRegionInOrder() {
    for (long most : new long[] {1, 2, 5, 12, 13, 59, 60, 1000}) {
      Region region = new Region(new long[] {2, 0, 1}, Shape.of(3, 4, 5));
      long next = 0;
      for (Region slab : region.slabs(3, most)) {
        long[] at = slab.originIn(region);
        assertEquals(next, (at[0] * 4 + at[1]) * 5 + at[2], "at most " + most);
        next += slab.shape().numel();
        assertEquals(true, slab.shape().numel() <= most);
      }
      assertEquals(60, next);
    }
  }
}
