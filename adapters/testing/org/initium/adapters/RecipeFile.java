// SPDX-License-Identifier: Apache-2.0
package org.initium.adapters;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.initium.Device;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;

/** The file that a recipe makes: what an engine's model must equal, bit for bit. */
public final class RecipeFile implements AutoCloseable {
  private final Checkpoint file;

  private RecipeFile(Checkpoint file) {
    this.file = file;
  }

  /**
   * Makes it.
   *
   * @param folder where recipe and file go
   * @param recipe its text
   */
  public static RecipeFile of(Path folder, String recipe, Generator generator) throws IOException {
    Path text = Files.writeString(folder.resolve("recipe.yaml"), recipe);
    Path model = folder.resolve("model.safetensors");
    PlanFiller filler = new PlanFiller(generator, Device.CPU);
    ModelWriter.write(Recipe.plan(text), filler, model, Map.of(), Long.MAX_VALUE, bytes -> {});
    return new RecipeFile(Checkpoint.open(model));
  }

  /** The names of its tensors. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    file.entries().forEach(entry -> names.add(entry.tensor().name()));
    return names;
  }

  /** The elements of a tensor in row-major order. */
  public byte[] bytes(String name) throws IOException {
    Checkpoint.Entry entry =
        file.entries().stream()
            .filter(each -> each.tensor().name().equals(name))
            .findFirst()
            .orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment elements = arena.allocate(entry.tensor().bytes(), Double.BYTES);
      file.read(entry, 0, elements);
      return elements.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** The same of a tensor in f32. */
  public float[] floats(String name) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[bytes.capacity() / Float.BYTES];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  /** The same of a tensor in f64. */
  public double[] doubles(String name) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
    double[] doubles = new double[bytes.capacity() / Double.BYTES];
    bytes.asDoubleBuffer().get(doubles);
    return doubles;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
