// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import jcuda.driver.JCudaDriver;
import org.initium.Device;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/java/jcuda, compiled as a user would and run. */
@CudaTest
class JCudaExampleTest implements Released {
  private static final String RECIPE =
      "{tensors: {w: [33, 17]}, rules: [{match: w, init: normal(std=0.02)}]}";

  @Test
  void itsMemoryHasTheNumbersOfARecipesFile(@TempDir Path folder) throws Exception {
    String path =
        Stream.of(Tensor.class, JCudaDriver.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .collect(Collectors.joining(File.pathSeparator));
    String source = "examples/java/jcuda/JCudaWeights.java";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, "-d", folder.toString(), "-cp", path, source));
    Generator generator = Generator.philox(42);
    URL[] classes = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
      float[] read =
          (float[])
              loader
                  .loadClass("JCudaWeights")
                  .getMethod("filled", Shape.class, Initializer.class, Generator.class)
                  .invoke(null, Shape.of(33, 17), Init.normal(0, 0.02), generator.fork("w"));
      assertArrayEquals(bits(recipesFile(folder, generator)), bits(read));
    }
  }

  /** Made on the CPU. */
  private static float[] recipesFile(Path folder, Generator generator) throws IOException {
    Path recipe = Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
    Path model = folder.resolve("model.safetensors");
    PlanFiller filler = new PlanFiller(generator, Device.CPU);
    ModelWriter.write(Recipe.plan(recipe), filler, model, Map.of(), Long.MAX_VALUE, bytes -> {});
    try (Checkpoint file = Checkpoint.open(model);
        Arena arena = Arena.ofConfined()) {
      Checkpoint.Entry entry = file.entries().getFirst();
      MemorySegment elements = arena.allocate(entry.tensor().bytes(), Double.BYTES);
      file.read(entry, 0, elements);
      return elements.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }
}
