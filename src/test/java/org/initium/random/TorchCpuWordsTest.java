// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.RowShard;
import org.initium.recipe.plan.TensorContent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which words a torch-cpu generator and its copies make, and how many. */
@Tag("slow")
class TorchCpuWordsTest {
  private static final int WAYPOINT = 512 * 2048; // words from one to the next
  private static final long CHUNK_BYTES = 4L << 20; // a waypoint's words, as f32

  @Test
  void wordsBehindSkippedOnesAreThoseOfTheSequence() {
    int[] sequence = new int[7 * WAYPOINT];
    Generator.torchCpu(5).engine().nextInts(MemorySegment.ofArray(sequence), sequence.length);
    Random random = new Random(1);
    List<TorchCpuGenerator> copies = new ArrayList<>(List.of(Generator.torchCpu(5)));
    List<Integer> places = new ArrayList<>(List.of(0));
    for (int i = 0; i < 2000; i++) {
      int which = random.nextInt(copies.size());
      TorchCpuGenerator copy = copies.get(which).copy();
      int place = places.get(which);
      for (int step = random.nextInt(3); step >= 0; step--) {
        int skip = random.nextInt(1 << random.nextInt(22));
        copy.advance(skip);
        place += skip;
        int count = random.nextInt(1 << random.nextInt(14));
        if (place + count > sequence.length) {
          break;
        }
        int[] words = new int[count];
        copy.engine().nextInts(MemorySegment.ofArray(words), count);
        assertArrayEquals(Arrays.copyOfRange(sequence, place, place + count), words);
        place += count;
      }
      if (place < sequence.length) {
        copies.add(copy);
        places.add(place);
      }
    }
  }

  /**
   * A chunk's words are made from the last waypoint before it on. Were they made from the tensor's
   * start on, these 16 chunks would take 9 words for each element, and 17 with the rest behind
   * them.
   */
  @ParameterizedTest
  @CsvSource({
    "normal, 1, 2",
    "'uniform(-1, 1)', 1, 2",
    "normal, 2, 3", // two parts, whose chunks take turns
    "trunc_normal(std=0.5), 1, 6", // one chunk, in three passes at most; as many to find its end
    "sparse(0.5), 1, 4" // one chunk: normals and permutations; both to find its end
  })
  void theWordsOfAModelDoNotGrowWithTheNumberOfChunks(String init, int parts, int times)
      throws IOException {
    long elements = 16 * WAYPOINT;
    Shape shape = Shape.of(elements / 1024, 1024);
    long columns = 1024 / parts;
    List<TensorContent.Part> side = new ArrayList<>();
    for (int p = 0; p < parts; p++) {
      Region region = new Region(new long[] {0, p * columns}, Shape.of(shape.size(0), columns));
      side.add(new TensorContent.Part(region, Init.parse(init)));
    }
    Plan plan = Plan.of(new PlannedTensor("w", shape, DType.F32, new TensorContent.Drawn(side)));
    TorchCpuGenerator generator = Generator.torchCpu(1);
    new PlanFiller(
            generator,
            GeneratorSharing.IN_ORDER,
            List.of(Device.CPU),
            RowShard.ALL,
            CHUNK_BYTES,
            Integer.MAX_VALUE)
        .fill(plan, (tensor, offset, bytes) -> {});
    double made = (double) generator.engine().made() / elements;
    assertTrue(made <= times, () -> made + " words for each element");
  }
}
