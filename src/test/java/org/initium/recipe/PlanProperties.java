// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.model.Fillers;
import org.initium.recipe.model.ModelVerifier;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlanTable;
import org.initium.recipe.plan.RowShard;

/** What holds for the plans of all shapes, axes, cuts and laws: one seed is one of them. */
class PlanProperties {
  private static final List<String> WITH_FANS =
      List.of(
          "kaiming_normal(%s)",
          "kaiming_uniform(mode=fan_out, %s)",
          "xavier_uniform(gain=2, %s)",
          "xavier_normal(%s)",
          "lecun_normal(%s)",
          "variance_scaling(mode=fan_geo_avg, %s)",
          "orthogonal(%s)");

  private static final List<String> OF_MATRICES =
      List.of("eye(%s)", "sparse(0.3, %s)", "identity(3, %s)");

  private static <T> T any(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static byte[] filled(Init init, Shape shape) {
    try (Tensor tensor = Tensor.empty(shape, DType.F32)) {
      tensor.fill(init, Generator.philox(7));
      return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Wherever the dimension of the batch is. */
  @Property(tries = 150, seed = "20261128")
  void aBatchOfOneIsThePlainWeight(@ForAll @IntRange(max = 1 << 20) int seed) {
    Random random = new Random(seed);
    boolean matrix = random.nextInt(3) == 0;
    int rank = matrix ? 2 : 2 + random.nextInt(3);
    long[] plain = random.longs(rank, 1, 7).toArray();
    int batch = random.nextInt(rank + 1);
    List<Long> stacked = new ArrayList<>(Arrays.stream(plain).boxed().toList());
    stacked.add(batch, 1L);
    String text = any(matrix ? OF_MATRICES : WITH_FANS, random);
    Init one = Init.parse(text.replace("%s", "batch_axis=" + batch));
    Init without = Init.parse(text.replace(", %s", "").replace("(%s)", ""));
    Shape shape = Shape.of(plain);
    Shape whole = Shape.of(stacked.stream().mapToLong(n -> n).toArray());
    if (without.fill(shape) instanceof Fill.Uniform || without.fill(shape) instanceof Fill.Normal) {
      assertEquals(without.fill(shape), one.fill(whole));
    }
    assertArrayEquals(filled(without, shape), filled(one, whole), one + " " + whole);
  }

  private static byte[] made(Plan plan, RowShard shard, long chunk) throws IOException {
    ByteArrayOutputStream made = new ByteArrayOutputStream();
    Generator generator = Generator.philox(7);
    Fillers.of(generator, shard, chunk)
        .fill(
            plan, (tensor, offset, bytes) -> made.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE)));
    return made.toByteArray();
  }

  /** The cut of a tensor into parts, each of which is shared out for itself. */
  private static List<Integer> cuts(int size, Random random) {
    List<Integer> ends =
        new ArrayList<>(
            random.ints(random.nextInt(3), 0, size + 1).distinct().sorted().boxed().toList());
    if (ends.isEmpty() || ends.getLast() != size) {
      ends.add(size);
    }
    return ends;
  }

  @Property(tries = 150, seed = "20261128")
  void aShardIsTheSliceOfTheWhole(@ForAll @IntRange(max = 1 << 20) int seed) throws IOException {
    Random random = new Random(seed);
    int[] sizes = random.ints(1 + random.nextInt(4), 1, 9).toArray();
    int dim = random.nextInt(sizes.length);
    List<Integer> ends = cuts(sizes[dim], random);
    int count = 1 + random.nextInt(5);
    String init =
        any(
            List.of("normal", "uniform", "trunc_normal", "laplace", "kaiming_normal(batch_axis=0)"),
            random);
    if (init.contains("batch_axis") && sizes.length < 3) {
      init = "normal";
    }
    String recipe =
        "tensors: {w: " + Arrays.toString(sizes) + "}\nrules: [{match: w, init: '" + init + "'}]\n";
    StringBuilder parts = new StringBuilder();
    int start = 0;
    for (int end : ends) {
      parts
          .append(parts.isEmpty() ? "" : ", ")
          .append("[" + dim + ", " + start + ", " + (end - start) + "]");
      start = end;
    }
    int named = random.nextBoolean() ? dim : dim - sizes.length;
    Plan plan =
        Recipe.parse(
            recipe
                + "shards: [{match: w, dim: "
                + named
                + (random.nextBoolean() || ends.size() > 1 ? ", parts: [" + parts + "]" : "")
                + "}]",
            "r");
    byte[] whole = made(Recipe.parse(recipe, "r"), RowShard.ALL, 1 << 20);
    for (int i = 0; i < count; i++) {
      byte[] shard = made(plan, new RowShard(i, count), 4 + random.nextInt(200));
      assertArrayEquals(
          slice(whole, sizes, dim, taken(ends, i, count)),
          shard,
          recipe + parts + " " + i + "/" + count);
    }
  }

  /** The places in the dimension that a shard has, in their order. */
  private static List<Integer> taken(List<Integer> ends, int shard, int count) {
    List<Integer> taken = new ArrayList<>();
    int start = 0;
    for (int end : ends) {
      int length = end - start;
      IntStream.range(start + length * shard / count, start + length * (shard + 1) / count)
          .forEach(taken::add);
      start = end;
    }
    return taken;
  }

  /** numpy.take(whole, taken, axis=dim). */
  private static byte[] slice(byte[] whole, int[] sizes, int dim, List<Integer> taken) {
    int inner = 4 * Arrays.stream(sizes, dim + 1, sizes.length).reduce(1, (a, b) -> a * b);
    int outer = Arrays.stream(sizes, 0, dim).reduce(1, (a, b) -> a * b);
    ByteArrayOutputStream slice = new ByteArrayOutputStream();
    for (int o = 0; o < outer; o++) {
      for (int at : taken) {
        slice.write(whole, (o * sizes[dim] + at) * inner, inner);
      }
    }
    return slice.toByteArray();
  }

  private static String recipe(Random random) {
    StringBuilder tensors = new StringBuilder("tensors:\n");
    StringBuilder rules = new StringBuilder("rules:\n");
    int count = 1 + random.nextInt(5);
    for (int t = 0; t < count; t++) {
      String dtype = any(List.of("f32", "f64", "bf16", "f16", "f8_e4m3fn"), random);
      int rows = 1 + random.nextInt(6);
      int columns = 1 + random.nextInt(6);
      tensors.append(
          "  t" + t + ": {shape: [" + rows + ", " + columns + "], dtype: " + dtype + "}\n");
      String init =
          any(List.of("normal", "uniform", "zeros", "kaiming_normal", "orthogonal"), random);
      rules.append("  - {match: t" + t + ", ");
      switch (random.nextInt(3)) {
        case 0 -> rules.append("init: [uniform, " + init + "]}\n");
        case 1 -> rules.append("init: " + init + ", then: {narrow: [-1, 0, 1], init: ones}}\n");
        default -> rules.append("init: " + init + "}\n");
      }
    }
    if (random.nextBoolean()) {
      tensors.append("  copy: {like: t0" + any(List.of("", ", dtype: f32"), random) + "}\n");
    }
    return tensors + rules.toString();
  }

  /** The file has what the plan says; verify says so, and says where one bit is another. */
  @Property(tries = 40, seed = "20261128")
  void thePlanAgreesWithVerify(@ForAll @IntRange(max = 1 << 20) int seed) throws IOException {
    Random random = new Random(seed);
    String recipe = recipe(random);
    Plan plan = Recipe.parse(recipe, "r");
    RowShard shard = any(List.of(RowShard.ALL, new RowShard(1, 3)), random);
    boolean torch = random.nextBoolean() && !recipe.contains("f8"); // which torch draws none of
    GeneratorSharing sharing = torch ? GeneratorSharing.IN_ORDER : GeneratorSharing.FORKED;
    Supplier<PlanFiller> filler = // each time from the seed: torch's generator moves on
        () ->
            new PlanFiller(
                torch ? Generator.torchCpu(7) : Generator.philox(7),
                sharing,
                List.of(Device.CPU),
                shard,
                64,
                Integer.MAX_VALUE);
    Path folder = Files.createTempDirectory("plan");
    Path file = folder.resolve("m.safetensors");
    try {
      ModelWriter.write(plan, filler.get(), file, Map.of(), Long.MAX_VALUE, bytes -> {});
      long data;
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        assertEquals(
            Optional.empty(), ModelVerifier.verify(checkpoint, plan, filler.get(), bytes -> {}));
        List<String> rows = PlanTable.lines(plan, sharing, shard);
        for (Checkpoint.Entry entry : checkpoint.entries()) {
          String dtype = entry.tensor().type().dtype().orElseThrow().toString();
          assertTrue(
              rows.stream()
                  .map(row -> row.split(" {2,}"))
                  .anyMatch(
                      row ->
                          row[0].equals(entry.tensor().name())
                              && row[2].equals(dtype)
                              && row[3].startsWith(entry.tensor().shape() + " at ")),
              entry + " is not in " + rows);
        }
        data = checkpoint.entries().stream().mapToLong(entry -> entry.tensor().bytes()).sum();
      }
      if (data > 0) {
        flip(file, random.nextLong(data));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
          String difference =
              ModelVerifier.verify(checkpoint, plan, filler.get(), bytes -> {}).orElseThrow();
          assertTrue(difference.contains(" differs first at "), difference);
        }
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  /** Another bit in the byte that is so far from the end. */
  private static void flip(Path file, long fromEnd) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bytes.length() - 1 - fromEnd);
      int old = bytes.read();
      bytes.seek(bytes.length() - 1 - fromEnd);
      bytes.write(old ^ 1);
    }
  }
}
