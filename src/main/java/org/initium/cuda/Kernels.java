package org.initium.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.initium.InitiumException;
import org.initium.kernel.Parameters;

/**
 * The kernels of one device: the PTX of each, compiled by the driver at its first use and kept, and
 * a launch shape from the device's occupancy.
 */
final class Kernels {
  static final int THREADS = 256;

  /** The most of a block's shared memory that a kernel declares by itself. */
  static final int SHARED_DECLARED = 3 << 10;

  /** Shared memory that a block may have without the driver being asked, that included. */
  private static final int SHARED_UNASKED = (48 << 10) - SHARED_DECLARED;

  private static final int AMPERE = 8; // compute capability
  private static final int CUDA_11 = 11_000; // the first driver that reads the PTX for it

  /** A kernel, and how many of its blocks the device holds at a time. */
  private record Kernel(String name, long module, long function, int blocks) {}

  private final Gpu gpu;
  private final Map<String, Kernel> kernels = new HashMap<>();

  Kernels(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * Queues a kernel over work items, with as many blocks as the device holds at most: each thread
   * goes through the items in steps of the grid.
   *
   * @param items how many threads could work at the same time
   */
  void launch(String name, long items, Parameters parameters, CudaStream stream) {
    Kernel kernel = kernel(name);
    int blocks = (int) Math.min((items + THREADS - 1) / THREADS, kernel.blocks);
    launch(kernel, blocks, 1, parameters, stream);
  }

  /**
   * Queues a kernel over several pieces of work: a row of the grid for each.
   *
   * @param items of the largest piece
   */
  void launchEach(String name, long items, int pieces, Parameters parameters, CudaStream stream) {
    Kernel kernel = kernel(name);
    int blocks = (int) Math.min((items + THREADS - 1) / THREADS, kernel.blocks / pieces);
    launch(kernel, blocks, pieces, parameters, stream);
  }

  private void launch(
      Kernel kernel, int blocks, int rows, Parameters parameters, CudaStream stream) {
    launch(kernel, Math.max(1, blocks), rows, 0, parameters, stream);
  }

  /**
   * Queues a kernel with a block of threads for each piece of work, and memory that its threads
   * share.
   *
   * @param sharedBytes of a block, beside what the kernel declares
   */
  void launchBlocks(
      String name, int pieces, int sharedBytes, Parameters parameters, CudaStream stream) {
    Kernel kernel = kernel(name);
    if (sharedBytes > SHARED_UNASKED) {
      gpu.driver().allowShared(kernel.name, kernel.function, gpu.sharedBytes() - SHARED_DECLARED);
    }
    launch(kernel, 1, pieces, sharedBytes, parameters, stream);
  }

  private void launch(
      Kernel kernel,
      int blocks,
      int rows,
      int sharedBytes,
      Parameters parameters,
      CudaStream stream) {
    gpu.driver()
        .launch(
            kernel.name,
            kernel.function,
            blocks,
            rows,
            THREADS,
            sharedBytes,
            stream.handle(),
            parameters.address());
  }

  private synchronized Kernel kernel(String name) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      kernel = of(gpu.driver().loadModule(ptx(name)), name);
      kernels.put(name, kernel);
    }
    return kernel;
  }

  private Kernel of(long module, String name) {
    try {
      long function = gpu.driver().function(module, name);
      int resident = gpu.driver().residentBlocks(function, THREADS) * gpu.multiprocessors();
      return new Kernel(name, module, function, Math.max(1, resident));
    } catch (RuntimeException e) {
      gpu.driver().unloadModule(module);
      throw e;
    }
  }

  /** The one for sm_80 where there is one and the device and its driver know that architecture. */
  private byte[] ptx(String name) {
    byte[] newer = null;
    if (gpu.capability() >= AMPERE && gpu.driver().version() >= CUDA_11) {
      newer = resource(name + ".sm_80.ptx");
    }
    byte[] ptx = newer != null ? newer : resource(name + ".ptx");
    if (ptx == null) {
      throw new InitiumException("the jar has no " + name + ".ptx: it was built incompletely");
    }
    return ptx;
  }

  private static byte[] resource(String file) {
    try (InputStream in = Kernels.class.getResourceAsStream(file)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new InitiumException("cannot read " + file + " from the jar", e);
    }
  }

  /** Unloads all; the next use compiles again. */
  synchronized void release() {
    for (Kernel kernel : kernels.values()) {
      gpu.driver().unloadModule(kernel.module);
    }
    kernels.clear();
  }
}
