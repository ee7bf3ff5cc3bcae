// SPDX-License-Identifier: Apache-2.0
package app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;

/**
 * Prints a line for each thing that a program does with Initium: what came of it, or what to add.
 */
public final class Outside {
  private Outside() {}

  public static void main(String[] arguments) throws Exception {
    line("uniform", () -> filled(Init.uniform(), Device.CPU));
    line("orthogonal", () -> filled(Init.orthogonal(), Device.CPU));
    line("cuda", () -> filled(Init.uniform(), Device.cuda(0)));
    Path folder = Files.createTempDirectory("outside");
    Path recipe =
        Files.writeString(
            folder.resolve("r.yaml"), "tensors: {a: [2, 3]}\nrules: [{match: '*', init: ones}]\n");
    line("recipe", () -> Recipe.plan(recipe).tensors().size() + " tensor");
    Path file = folder.resolve("m.safetensors");
    Files.write(
        file, header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
    line(
        "checkpoint",
        () -> {
          try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.entries().size() + " tensor";
          }
        });
    for (Path made : List.of(recipe, file, folder)) {
      Files.delete(made);
    }
  }

  private static byte[] header(String json, int data) {
    return java.nio.ByteBuffer.allocate(8 + json.length() + data)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length())
        .put(json.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .array();
  }

  private static String filled(Init init, Device device) {
    try (Tensor tensor = Tensor.empty(Shape.of(2, 2), DType.F32, device)) {
      tensor.fill(init, Generator.philox(42));
      return "filled";
    }
  }

  private static void line(String what, Callable<String> work) {
    String result;
    try {
      result = work.call();
    } catch (Throwable e) {
      result = e.getClass().getName() + ": " + e.getMessage();
    }
    System.out.println(what + ": " + result);
  }
}
