// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import jcuda.driver.JCudaDriver;
import org.initium.DType;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/java/jcuda, compiled as a user would and run. */
@CudaTest
class JCudaExampleTest implements Released {
  @Test
  void itsMemoryHasTheNumbers(@TempDir Path classes) throws Exception {
    String path =
        Stream.of(Tensor.class, JCudaDriver.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .collect(Collectors.joining(File.pathSeparator));
    String source = "examples/java/jcuda/JCudaWeights.java";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, "-d", classes.toString(), "-cp", path, source));
    Shape shape = Shape.of(33, 17);
    URL[] folder = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(folder, getClass().getClassLoader());
        Tensor expected = Tensor.empty(shape, DType.F32)) {
      float[] read =
          (float[])
              loader
                  .loadClass("JCudaWeights")
                  .getMethod("filled", Shape.class, Initializer.class, Generator.class)
                  .invoke(null, shape, Init.normal(0, 0.02), Generator.philox(42));
      expected.fill(Init.normal(0, 0.02), Generator.philox(42));
      for (int i = 0; i < read.length; i++) {
        assertEquals((float) expected.get(i / 17, i % 17), read[i]);
      }
    }
  }
}
