// SPDX-License-Identifier: Apache-2.0
import org.initium.Backend;
import org.initium.cpu.CpuBackend;
import org.initium.cuda.backend.CudaBackend;

/**
 * Initial weights of neural networks: torch.nn.init for the JVM, into off-heap or GPU memory.
 *
 * <p>What is exported is the interface that docs/stability.md speaks of. JCuda, picocli and XChart
 * are optional: a program that wants them adds org.initium:initium-cuda or org.initium:initium-cli
 * and, on the module path, {@code --add-modules jcuda,jcurand,jcusolver}. Native access must be
 * enabled for this module ({@code --enable-native-access=org.initium}).
 */
@SuppressWarnings("requires-automatic") // JCuda and XChart have no module descriptors
module org.initium {
  requires org.snakeyaml.engine.v2;
  requires com.fasterxml.jackson.core;
  requires java.management;
  requires jdk.management;
  requires static java.desktop;
  requires static info.picocli;
  requires static org.knowm.xchart;
  requires static jcuda; // not transitive, or whoever compiles against us would need it
  requires static jcurand;
  requires static jcusolver;

  exports org.initium;
  exports org.initium.cuda;
  exports org.initium.dlpack;
  exports org.initium.expression;
  exports org.initium.function;
  exports org.initium.initializer;
  exports org.initium.io;
  exports org.initium.io.output;
  exports org.initium.random;
  exports org.initium.recipe;
  exports org.initium.recipe.folder;
  exports org.initium.recipe.model;
  exports org.initium.recipe.plan;
  exports org.initium.spi;

  uses Backend;

  provides Backend with
      CpuBackend,
      CudaBackend;
}
