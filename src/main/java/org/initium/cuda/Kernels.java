package org.initium.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.initium.InitiumException;
import org.initium.kernel.Parameters;

/**
 * The kernels of one device: PTX of a family (a file of kernels/) compiled by the driver at its
 * first use and kept, and a launch shape from the device's occupancy.
 */
final class Kernels {
  static final int THREADS = 256;

  /** A kernel, and how many of its blocks the device holds at a time. */
  private record Kernel(String name, long function, int blocks) {}

  private final Gpu gpu;
  private final Map<String, Long> modules = new HashMap<>();
  private final Map<String, Kernel> kernels = new HashMap<>();

  Kernels(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * Queues a kernel over work items, with as many blocks as the device holds at most: each thread
   * goes through the items in steps of the grid.
   *
   * @param family the file of kernels/ that has it
   * @param items how many threads could work at the same time
   */
  void launch(String family, String name, long items, Parameters parameters, CudaStream stream) {
    Kernel kernel = kernel(family, name);
    int blocks = (int) Math.min((items + THREADS - 1) / THREADS, kernel.blocks);
    launch(kernel, blocks, 1, parameters, stream);
  }

  /**
   * Queues a kernel over several pieces of work: a row of the grid for each.
   *
   * @param items of the largest piece
   */
  void launchEach(
      String family,
      String name,
      long items,
      int pieces,
      Parameters parameters,
      CudaStream stream) {
    Kernel kernel = kernel(family, name);
    int blocks = (int) Math.min((items + THREADS - 1) / THREADS, kernel.blocks / pieces);
    launch(kernel, blocks, pieces, parameters, stream);
  }

  private void launch(
      Kernel kernel, int blocks, int rows, Parameters parameters, CudaStream stream) {
    gpu.driver()
        .launch(
            kernel.name,
            kernel.function,
            Math.max(1, blocks),
            rows,
            THREADS,
            stream.handle(),
            parameters.address());
  }

  private synchronized Kernel kernel(String family, String name) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      Long module = modules.get(family);
      if (module == null) {
        module = gpu.driver().loadModule(ptx(family));
        modules.put(family, module);
      }
      long function = gpu.driver().function(module, name);
      int resident = gpu.driver().residentBlocks(function, THREADS) * gpu.multiprocessors();
      kernel = new Kernel(name, function, Math.max(1, resident));
      kernels.put(name, kernel);
    }
    return kernel;
  }

  private static byte[] ptx(String family) {
    try (InputStream in = Kernels.class.getResourceAsStream(family + ".ptx")) {
      if (in == null) {
        throw new InitiumException("the jar has no " + family + ".ptx: it was built incompletely");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new InitiumException("cannot read " + family + ".ptx from the jar", e);
    }
  }

  /** Unloads all; the next use compiles again. */
  synchronized void release() {
    kernels.clear();
    for (long module : modules.values()) {
      gpu.driver().unloadModule(module);
    }
    modules.clear();
  }
}
