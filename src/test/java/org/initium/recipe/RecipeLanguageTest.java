// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.recipe.model.Fillers;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlanTable;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recipes can say past a list of tensors and a rule for each. */
class RecipeLanguageTest {
  private static final long SEED = 7;

  @TempDir private Path folder;

  private Plan plan(String recipe) throws IOException {
    return Recipe.plan(Files.writeString(folder.resolve("r.yaml"), recipe));
  }

  private static Map<String, byte[]> made(
      Plan plan, Generator generator, RowShard shard, long chunk) throws IOException {
    Map<String, ByteArrayOutputStream> made = new LinkedHashMap<>();
    plan.written().forEach(tensor -> made.put(tensor.name(), new ByteArrayOutputStream()));
    Fillers.of(generator, shard, chunk)
        .fill(
            plan,
            (tensor, offset, bytes) -> {
              assertEquals(offset, made.get(tensor.name()).size());
              made.get(tensor.name()).writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
            });
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    made.forEach((name, stream) -> bytes.put(name, stream.toByteArray()));
    return bytes;
  }

  private static Map<String, byte[]> made(Plan plan) throws IOException {
    return made(plan, Generator.philox(SEED), RowShard.ALL, 1 << 20);
  }

  private static byte[] filled(Shape shape, DType dtype, String init, Generator generator) {
    try (Tensor tensor = Tensor.empty(shape, dtype)) {
      tensor.fill(Init.parse(init), generator);
      return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static double std(PlannedTensor tensor) {
    return ((Fill.Normal) tensor.parts().getFirst().init().fill(tensor.shape())).std();
  }

  private static double[] values(byte[] bytes, DType dtype) {
    MemorySegment memory = MemorySegment.ofArray(bytes);
    double[] values = new double[bytes.length / dtype.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.get(memory, i);
    }
    return values;
  }

  @Test
  void theLayersNumberComesFromTheName() throws IOException {
    Plan plan =
        plan(
            """
            tensors: {"layers.{0..11}.attn.wo.weight": [8, 8], "enc.{1..2}.dec.{3..4}.w": [2, 2]}
            rules:
              - {match: "layers.{n}.attn.wo.weight", init: "normal(std=0.02/sqrt(2*(n+1)))"}
              - {match: "{side}.{i}.dec.{j}.*", init: "normal(std=i + 10*j)"}
            """);
    for (int n = 0; n < 12; n++) {
      assertEquals(0.02 / Math.sqrt(2 * (n + 1)), std(plan.tensors().get(n)), 1e-17);
    }
    assertEquals(31, std(plan.tensors().get(12)));
    assertEquals(42, std(plan.tensors().get(15)));
  }

  @Test
  void aRangeMayBeEmpty() throws IOException {
    Plan plan =
        plan(
            """
            vars: {dense: 0, layers: 3}
            tensors:
              "h.{0..dense-1}.": {mlp: [2]}
              "h.{dense..layers-1}.": {moe: [2]}
              "x{4..3}": [1]
            rules: [{match: "*", init: ones}]
            """);
    assertEquals(
        List.of("h.0.moe", "h.1.moe", "h.2.moe"),
        plan.tensors().stream().map(PlannedTensor::name).toList());
    assertEquals(2, plan.notes().size(), plan.notes().toString());
    assertTrue(plan.notes().getFirst().endsWith("'h.{0..dense-1}.' stands for no name"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu"})
  void copiesHaveTheSameValues(String kind) throws IOException {
    Plan plan =
        plan(
            """
            tensors:
              target.net.w: {shape: [5, 7], dtype: bf16}
              head: {like: wte, dtype: f32}
              wte: {shape: [20, 4], dtype: bf16}
              tied: {like: wte, write: once}
              online.net.w: {shape: [5, 7], dtype: bf16}
              last: [3]
            rules:
              - {match: "target.{path*}", like: "online.{path}"}
              - {match: "*", init: normal}
            """);
    for (long chunk : new long[] {1, 40, 1 << 20}) {
      Map<String, byte[]> made = made(plan, Generator.parse(kind, SEED), RowShard.ALL, chunk);
      assertArrayEquals(made.get("online.net.w"), made.get("target.net.w"));
      assertArrayEquals(
          values(made.get("wte"), DType.BF16), values(made.get("head"), DType.F32), 0);
      assertTrue(!made.containsKey("tied"));
      if (kind.equals("torch-cpu")) { // copies draw nothing
        Generator generator = Generator.torchCpu(SEED);
        byte[] wte = filled(Shape.of(20, 4), DType.BF16, "normal", generator);
        filled(Shape.of(5, 7), DType.BF16, "normal", generator);
        assertArrayEquals(wte, made.get("wte"));
        assertArrayEquals(filled(Shape.of(3), DType.F32, "normal", generator), made.get("last"));
      }
    }
  }

  /** Whatever a rule makes of it; a copy or a norm, too. */
  @Test
  void whatIsNeverWrittenIsNotWritten() throws IOException {
    Plan plan =
        plan(
            """
            tensors:
              w: [2, 3]
              "{like,drawn}": {shape: [2, 3], write: never}
              norm: {shape: [2, 1], write: never}
            rules:
              - {match: like, like: w}
              - {match: norm, norm_of: w}
              - {match: "*", init: normal}
            """);
    assertEquals(List.of("w"), plan.written().stream().map(PlannedTensor::name).toList());
  }

  @Test
  void aNormIsThatOfTheRows() throws IOException {
    Plan plan =
        plan(
            """
            tensors: {g: [6, 1, 1], v: [6, 5, 3], all: [1, 1, 1]}
            rules:
              - {match: v, init: normal}
              - {match: "*", norm_of: v}
            """);
    for (long chunk : new long[] {1, 16, 1 << 20}) {
      Map<String, byte[]> made = made(plan, Generator.philox(SEED), RowShard.ALL, chunk);
      double[] v = values(made.get("v"), DType.F32);
      double[] g = values(made.get("g"), DType.F32);
      double all = 0;
      for (int row = 0; row < 6; row++) {
        double sum = 0;
        for (int i = 0; i < 15; i++) {
          sum += v[row * 15 + i] * v[row * 15 + i];
        }
        all += sum;
        assertEquals((float) Math.sqrt(sum), g[row], Math.ulp((float) g[row]));
      }
      assertEquals(Math.sqrt(all), values(made.get("all"), DType.F32)[0], 1e-6);
    }
  }

  /** torch: init.kaiming_uniform_(w); init.normal_(w, std=0.02); w[3].zero_(). */
  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu"})
  void stepsDrawInTurnAndTheLastCounts(String kind) throws IOException {
    Plan plan =
        plan(
            """
            tensors: {w: [10, 4], next: [5]}
            rules:
              - match: w
                init: [kaiming_uniform(a=sqrt(5)), normal(std=0.02)]
                then: {narrow: [0, 3, 1], init: zeros}
              - {match: next, init: uniform}
            """);
    Map<String, byte[]> made = made(plan, Generator.parse(kind, SEED), RowShard.ALL, 24);
    Generator generator = Generator.parse(kind, SEED);
    Generator own = kind.equals("philox") ? generator.fork("w") : generator;
    filled(Shape.of(10, 4), DType.F32, "kaiming_uniform(a=sqrt(5))", own);
    byte[] w = filled(Shape.of(10, 4), DType.F32, "normal(std=0.02)", own);
    java.util.Arrays.fill(w, 48, 64, (byte) 0);
    assertArrayEquals(w, made.get("w"));
    Generator next = kind.equals("philox") ? generator.fork("next") : generator;
    assertArrayEquals(filled(Shape.of(5), DType.F32, "uniform", next), made.get("next"));
  }

  @Test
  void streamsAndSeedsByName() throws IOException {
    Plan plan =
        plan(
            """
            tensors: {a.w: [8], b.w: [8], c: [8]}
            rules:
              - {match: "b.{x}", init: normal, stream: "a.{x}"}
              - {match: c, init: normal, seed: 99}
              - {match: "*", init: normal}
            """);
    Map<String, byte[]> made = made(plan);
    assertArrayEquals(made.get("a.w"), made.get("b.w"));
    assertArrayEquals(
        filled(Shape.of(8), DType.F32, "normal", Generator.philox(99).fork("c")), made.get("c"));
  }

  @Test
  void oneStreamForSeveralTensorsIsNoted() throws IOException {
    String tensors = "tensors: {a: [4], b: [8], c: [8]}\nrules: ";
    Plan plan =
        plan(tensors + "[{match: [a, b], init: normal, stream: s}, {match: c, init: ones}]");
    assertEquals(
        List.of("a, b draw from one stream: they begin with the same numbers"), plan.notes());
    assertEquals(
        List.of(), plan(tensors + "[{match: '{n}', init: normal, stream: 's.{n}'}]").notes());
  }

  /** Megatron's tensor parallelism: shards are the slices of the whole, whatever is cut how. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shardsAreSlicesByAnyDimension(int count) throws IOException {
    String recipe =
        """
        tensors: {wq: [8, 6], wo: [6, 8], norm: [6], qkv: [16, 5], o: [4, 4], copy: {like: wo, dtype: f64}}
        rules: [{match: o, init: orthogonal}, {match: "*", init: normal}]
        """;
    String shards =
        """
        shards:
          - {match: wq, dim: 0}
          - {match: "{wo,copy,o}", dim: 1}
          - {match: norm, replicate: true}
          - {match: qkv, dim: 0, parts: [[0, 0, 8], [0, 8, 4], [0, 12, 4]]}
        """;
    Map<String, byte[]> whole = made(plan(recipe));
    Plan plan = plan(recipe + shards);
    for (long chunk : new long[] {1, 20, 1 << 20}) {
      for (int i = 0; i < count; i++) {
        RowShard shard = new RowShard(i, count);
        Map<String, byte[]> made = made(plan, Generator.philox(SEED), shard, chunk);
        for (PlannedTensor tensor : plan.tensors()) {
          DType dtype = tensor.dtype();
          assertArrayEquals(
              slice(values(whole.get(tensor.name()), dtype), tensor, shard),
              values(made.get(tensor.name()), dtype),
              0,
              tensor.name() + " " + shard);
        }
      }
    }
  }

  /** As torch.chunk and cat would have it, computed from the recipe's words alone. */
  private static double[] slice(double[] whole, PlannedTensor tensor, RowShard shard) {
    long rows = tensor.shape().size(0);
    long columns = tensor.shape().numel() / rows;
    List<Double> slice = new ArrayList<>();
    for (long r = 0; r < rows; r++) {
      for (long c = 0; c < columns; c++) {
        boolean mine =
            switch (tensor.name()) {
              case "norm" -> true;
              case "wq" -> isIn(r, 0, rows, shard);
              case "qkv" -> isIn(r, 0, 8, shard) || isIn(r, 8, 4, shard) || isIn(r, 12, 4, shard);
              default -> isIn(c, 0, columns, shard);
            };
        if (mine) {
          slice.add(whole[(int) (r * columns + c)]);
        }
      }
    }
    return slice.stream().mapToDouble(x -> x).toArray();
  }

  private static boolean isIn(long at, long start, long length, RowShard shard) {
    return at >= start + length * shard.index() / shard.count()
        && at < start + length * (shard.index() + 1) / shard.count()
        && at < start + length;
  }

  /** In parts, too, and all of them draw, in their order. */
  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu"})
  void partsHaveSteps(String kind) throws IOException {
    Plan plan =
        plan(
            """
            tensors: {w: [6, 4]}
            rules:
              - match: w
                parts:
                  - narrow: [0, 0, 2]
                    init: [uniform, normal(std=0.02)]
                    then: {narrow: [-1, -1, 1], init: ones, then: {narrow: [0, 0, 1], init: zeros}}
                  - {narrow: [-2, -4, 4], init: normal}
            """);
    Map<String, byte[]> made = made(plan, Generator.parse(kind, SEED), RowShard.ALL, 24);
    Generator generator = Generator.parse(kind, SEED);
    Generator own = kind.equals("philox") ? generator.fork("w") : generator;
    filled(Shape.of(2, 4), DType.F32, "uniform", own);
    double[] expected = new double[24];
    double[] first = values(filled(Shape.of(2, 4), DType.F32, "normal(std=0.02)", own), DType.F32);
    filled(Shape.of(2, 1), DType.F32, "ones", own);
    filled(Shape.of(1, 1), DType.F32, "zeros", own);
    double[] second = values(filled(Shape.of(4, 4), DType.F32, "normal", own), DType.F32);
    System.arraycopy(first, 0, expected, 0, 8);
    System.arraycopy(second, 0, expected, 8, 16);
    expected[3] = 0;
    expected[7] = 1;
    assertArrayEquals(expected, values(made.get("w"), DType.F32), 0);
  }

  @Test
  void aStreamNeedsPhilox() throws IOException {
    Plan plan = plan("tensors: {a: [4]}\nrules: [{match: a, init: normal, stream: b}]");
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> made(plan, Generator.torchCpu(SEED), RowShard.ALL, 1 << 20))
            .getMessage();
    assertTrue(message.startsWith("the rule of tensor 'a' has stream: 'b', which philox alone"));
    assertThrows(
        IllegalArgumentException.class,
        () -> PlanTable.lines(plan, GeneratorSharing.IN_ORDER, RowShard.ALL));
  }

  /** torch.manual_seed(99) for one of them; the others go on as if it were not there. */
  @Test
  void aSeedIsOneOfTorchToo() throws IOException {
    Plan plan =
        plan(
            "tensors: {a: [4], b: [4], c: [4]}\n"
                + "rules: [{match: b, init: normal, seed: 99}, {match: '*', init: normal}]");
    Map<String, byte[]> made = made(plan, Generator.torchCpu(SEED), RowShard.ALL, 1 << 20);
    Generator generator = Generator.torchCpu(SEED);
    assertArrayEquals(filled(Shape.of(4), DType.F32, "normal", generator), made.get("a"));
    assertArrayEquals(filled(Shape.of(4), DType.F32, "normal", generator), made.get("c"));
    assertArrayEquals(
        filled(Shape.of(4), DType.F32, "normal", Generator.torchCpu(99)), made.get("b"));
  }

  @Test
  void shardsCountDimensionsFromTheEnd() throws IOException {
    String recipe = "tensors: {w: [4, 6]}\nrules: [{match: w, init: normal}]\nshards: ";
    Plan last = plan(recipe + "[{match: w, dim: -1}]");
    Plan second = plan(recipe + "[{match: w, dim: 1}]");
    assertEquals(second.tensors(), last.tensors());
  }
}
