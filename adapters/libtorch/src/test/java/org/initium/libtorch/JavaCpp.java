// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** libtorch as JavaCPP has it. */
final class JavaCpp {
  private JavaCpp() {}

  /**
   * Loads libtorch, in a process of its own first: org.bytedeco:pytorch 2.10 crashes in the process
   * that unpacks it, the next is sound.
   */
  static void load() {
    try {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      Process unpacker =
          new ProcessBuilder(
                  java.toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Unpacker.class.getName())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!unpacker.waitFor(5, TimeUnit.MINUTES)) {
        unpacker.destroyForcibly();
      }
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    Loader.load(torch.class);
  }

  /** Of the process that unpacks; whether it crashes does not matter. */
  static final class Unpacker {
    private Unpacker() {}

    public static void main(String[] args) {
      Loader.load(torch.class);
      System.exit(0);
    }
  }

  static Tensor zeros(torch.ScalarType type, long... sizes) {
    return torch.zeros(sizes, options(type));
  }

  static TensorOptions options(torch.ScalarType type) {
    return new TensorOptions().dtype(new ScalarTypeOptional(type));
  }

  static Tensor nines(torch.ScalarType type, long... sizes) {
    return torch.full(sizes, new Scalar(9.0), options(type));
  }
}
