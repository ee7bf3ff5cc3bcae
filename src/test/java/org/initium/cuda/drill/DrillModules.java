// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.drill;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.initium.Device;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.driver.Kernels;

/**
 * The drill's second part: the driver compiles each PTX module that ships, and how long it takes. A
 * line of JSON for each. To mean anything, the driver's cache must be off (CUDA_CACHE_DISABLE=1).
 */
final class DrillModules {
  private DrillModules() {}

  public static void main(String[] arguments) throws IOException, URISyntaxException {
    Path home = Path.of(Kernels.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(home)) {
      compileAll(home);
    } else {
      try (FileSystem jar =
          FileSystems.newFileSystem(URI.create("jar:" + home.toUri()), Map.of())) {
        compileAll(jar.getPath("/"));
      }
    }
  }

  private static void compileAll(Path root) throws IOException {
    List<Path> modules;
    try (Stream<Path> files = Files.walk(root)) {
      modules = files.filter(file -> file.toString().endsWith(".ptx")).sorted().toList();
    }
    if (modules.isEmpty()) {
      throw new IllegalStateException("there is no PTX in " + root);
    }
    Gpu gpu = Gpus.of(Device.cuda(0));
    for (Path module : modules) {
      byte[] ptx = Files.readAllBytes(module);
      try (CudaLife.Context _ = CudaLife.enter(gpu)) {
        long start = System.nanoTime();
        long loaded = gpu.driver().loadModule(ptx);
        double seconds = (System.nanoTime() - start) * 1e-9;
        gpu.driver().unloadModule(loaded);
        System.out.printf(
            Locale.ROOT,
            "{\"module\": \"%s\", \"bytes\": %d, \"seconds\": %.4f}%n",
            module.getFileName(),
            ptx.length,
            seconds);
      } catch (RuntimeException e) {
        System.out.printf(
            "{\"module\": \"%s\", \"bytes\": %d, \"failed\": \"%s\"}%n",
            module.getFileName(), ptx.length, e.getMessage().replaceAll("[\"\\\\\\s]+", " "));
      }
    }
  }
}
