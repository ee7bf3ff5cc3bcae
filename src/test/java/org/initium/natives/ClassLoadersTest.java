// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.kernels.NativeLibrary;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.AnotherLoader;
import org.junit.jupiter.api.Test;

/** Native code in one JVM with several class loaders. */
class ClassLoadersTest {
  /** A fill by the kernels, and one by OpenBLAS. */
  static final class Cpu implements Callable<byte[]> {
    @Override
    public byte[] call() throws Exception {
      if (NativeLibrary.failure() != null) {
        throw new AssertionError(NativeLibrary.failure());
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (Init init : List.of(Init.normal(), Init.orthogonal())) {
        try (Tensor tensor = Tensor.empty(Shape.of(80, 60), DType.F32)) {
          tensor.fill(init, Generator.philox(1));
          all.write(tensor.segment().toArray(ValueLayout.JAVA_BYTE));
        }
      }
      return all.toByteArray();
    }
  }

  @Test
  void theCpusLibrariesAreThereForEach() throws Exception {
    byte[] expected = new Cpu().call();
    Set<Path> before = libraries();
    for (int i = 0; i < 3; i++) {
      try (AnotherLoader loader = new AnotherLoader()) {
        assertArrayEquals(expected, loader.call(Cpu.class));
      }
    }
    assertEquals(before, libraries(), "no copy stays");
  }

  private static Set<Path> libraries() throws IOException {
    try (Stream<Path> files = Files.list(NativeFiles.of("cpu").folder())) {
      return files.collect(Collectors.toSet());
    }
  }
}
