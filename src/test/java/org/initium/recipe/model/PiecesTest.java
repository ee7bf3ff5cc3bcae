// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.initium.Device;
import org.initium.io.output.Output;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.RowShard;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans are cut into files that others make, and sent to them. */
@Tag("slow")
class PiecesTest {
  private static final String RECIPE =
      """
      tensors:
        a: [7, 5]
        q: {shape: [6, 6], dtype: bf16}
        fused: [9, 4]
        tied: {like: a, write: once}
        copy: {like: a, dtype: f64}
        norm: [7, 1]
      rules:
        - {match: q, init: "orthogonal(gain=0.1)"}
        - {match: fused, parts: [{narrow: [0, 0, 3], init: zeros}, {narrow: [0, 3, 6], init: "normal(std=1/3)"}]}
        - {match: norm, norm_of: a}
        - {match: "*", init: "trunc_normal(std=0.02)", stream: other, seed: 12}
      shards:
        - {match: fused, dim: 1}
        - {match: "*", dim: 0}
      """;
  private static final Map<String, String> RUN = Provenance.of("philox", 3);

  @TempDir Path folder;

  private static PlanFiller filler() {
    return new PlanFiller(Generator.philox(3), Device.CPU);
  }

  private static Object sent(Object value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  private static final class Memory implements Output.Attempt {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(ByteBuffer next) {
      byte[] copy = new byte[next.remaining()];
      next.get(copy);
      bytes.writeBytes(copy);
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }

  @Test
  void aPlanThatWasSentIsEqual() throws IOException, ClassNotFoundException {
    Plan plan = Recipe.parse(RECIPE, "here");
    assertEquals(plan, sent(plan));
    for (FileLayout layout : List.of(FileLayout.files(200), FileLayout.rows(3))) {
      List<Piece> pieces = Pieces.of(plan, layout, filler(), RUN);
      assertEquals(pieces, List.copyOf((List<?>) sent(pieces)));
    }
  }

  @Test
  void piecesAreTheFilesOfOneRunWhereverTheyAreMade() throws IOException, ClassNotFoundException {
    Plan plan = Recipe.parse(RECIPE, "here");
    Plan sent = (Plan) sent(plan);
    for (int i = 0; i < 3; i++) {
      RowShard shard = new RowShard(i, 3);
      Path whole = folder.resolve(shard.fileName());
      ModelWriter.write(plan, filler().of(shard), whole, RUN, Long.MAX_VALUE, bytes -> {});
      Piece piece = Pieces.of(sent, FileLayout.rows(3), filler(), RUN).get(i);
      assertEquals(shard.fileName(), piece.file());
      Memory memory = new Memory();
      PieceWriter.Receipt receipt =
          new PieceWriter(sent, filler()).write(piece, "x", memory, bytes -> {});
      assertArrayEquals(Files.readAllBytes(whole), memory.bytes.toByteArray());
      assertEquals(Files.size(whole), receipt.bytes());
    }
  }

  @Test
  void piecesSayWhatTheyTake() throws IOException {
    Plan plan =
        Recipe.parse("{tensors: {a: [64, 64]}, rules: [{match: a, init: orthogonal}]}", "x");
    Piece piece = Pieces.of(plan, FileLayout.files(1 << 20), filler(), RUN).getFirst();
    assertEquals("model-00001-of-00001.safetensors", piece.file());
    assertEquals(piece.header().dataStart() + 64 * 64 * 4, piece.bytes());
    assertTrue(piece.memory() >= 4 * 64 * 64 * 4, () -> "" + piece.memory());
    assertThrows(IllegalArgumentException.class, () -> FileLayout.rows(0));
  }

  /** A norm and a copy take what the tensor does whose they are. */
  @Test
  void piecesOfNormsSayWhatTheirTensorsTake() throws IOException {
    Plan plan =
        Recipe.parse(
            "{tensors: {a: {shape: [64, 64], dtype: f64}, b: {like: a, dtype: bf16}, g: [64, 1]},"
                + " rules: [{match: a, init: orthogonal}, {match: g, norm_of: a}]}",
            "x");
    for (Piece piece : Pieces.of(plan, FileLayout.files(1), filler(), RUN)) {
      assertEquals(1, piece.header().tensors().size());
      assertTrue(piece.memory() >= 3 * 64 * 64 * 8, () -> piece.file() + " " + piece.memory());
    }
  }

  @Test
  void errorsNameTheSource() {
    RecipeException e =
        assertThrows(RecipeException.class, () -> Recipe.parse("tensors: {}", "hdfs://r.yaml"));
    assertTrue(e.getMessage().startsWith("hdfs://r.yaml:1:1: "), e.getMessage());
  }

  /** 1 T parameters in experts: the heap that a driver has is enough, and ten seconds are. */
  @Test
  void aMillionTensorsAreCut() throws IOException, InterruptedException {
    String said = new JavaProcess(MillionTensors.class).flags("-Xmx1g").run();
    System.out.print(said);
    String[] words = said.split(" ", 5);
    assertEquals("999900", words[0], said);
    assertEquals("1048471142400", words[1], said);
    assertEquals("420", words[2], said);
    assertTrue(Double.parseDouble(words[3]) < 10, said);
  }
}
