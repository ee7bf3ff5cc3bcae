// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

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
public final class Kernels {
  public static final int THREADS = 256;

  private static final String PTX = "/org/initium/cuda/";

  /** The most of a block's shared memory that a kernel declares by itself. */
  public static final int SHARED_DECLARED = 3 << 10;

  /** Shared memory that a block may have without the driver being asked, that included. */
  private static final int SHARED_UNASKED = (48 << 10) - SHARED_DECLARED;

  private static final int AMPERE = 8; // compute capability

  /** A kernel, and how many of its blocks the device holds at a time. */
  private record Kernel(String name, long module, long function, int blocks) {}

  private final Driver driver;
  private final int multiprocessors;
  private final int sharedBytes;
  private final int capability;
  private final Map<String, Kernel> kernels = new HashMap<>();

  /**
   * Of a device.
   *
   * @param sharedBytes the most shared memory that a block of threads can have
   * @param capability the compute capability's first number
   */
  public Kernels(Driver driver, int multiprocessors, int sharedBytes, int capability) {
    this.driver = driver;
    this.multiprocessors = multiprocessors;
    this.sharedBytes = sharedBytes;
    this.capability = capability;
  }

  /**
   * Queues a kernel over work items, with as many blocks as the device holds at most: each thread
   * goes through the items in steps of the grid.
   *
   * @param items how many threads could work at the same time
   */
  public void launch(String name, long items, Parameters parameters, long stream) {
    launchEach(name, items, 1, parameters, stream);
  }

  /**
   * Queues a kernel over several pieces of work: a row of the grid for each.
   *
   * @param items of the largest piece
   */
  public void launchEach(String name, long items, int pieces, Parameters parameters, long stream) {
    Kernel kernel = kernel(name);
    long blocks = Math.min(Math.ceilDiv(items, THREADS), kernel.blocks / pieces);
    launch(kernel, (int) Math.max(1, blocks), pieces, 0, parameters, stream);
  }

  /**
   * Queues a kernel with a block of threads for each piece of work, and memory that its threads
   * share.
   *
   * @param sharedBytes of a block, beside what the kernel declares
   */
  public void launchBlocks(
      String name, int pieces, int sharedBytes, Parameters parameters, long stream) {
    Kernel kernel = kernel(name);
    if (sharedBytes > SHARED_UNASKED) {
      driver.allowShared(kernel.name, kernel.function, this.sharedBytes - SHARED_DECLARED);
    }
    launch(kernel, 1, pieces, sharedBytes, parameters, stream);
  }

  private void launch(
      Kernel kernel, int blocks, int rows, int sharedBytes, Parameters parameters, long stream) {
    driver.launch(
        kernel.name,
        kernel.function,
        blocks,
        rows,
        THREADS,
        sharedBytes,
        stream,
        parameters.fields());
  }

  private synchronized Kernel kernel(String name) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      kernel = of(driver.loadModule(ptx(name)), name);
      kernels.put(name, kernel);
    }
    return kernel;
  }

  private Kernel of(long module, String name) {
    try {
      long function = driver.function(module, name);
      int resident = driver.residentBlocks(function, THREADS) * multiprocessors;
      return new Kernel(name, module, function, Math.max(1, resident));
    } catch (RuntimeException e) {
      driver.unloadModule(module);
      throw e;
    }
  }

  /** The one for sm_80 where there is one and the device knows that architecture. */
  private byte[] ptx(String name) {
    byte[] newer = capability >= AMPERE ? resource(name + ".sm_80.ptx") : null;
    byte[] ptx = newer != null ? newer : resource(name + ".ptx");
    if (ptx == null) {
      throw new InitiumException("the jar has no " + name + ".ptx: it was built incompletely");
    }
    return ptx;
  }

  private static byte[] resource(String file) {
    try (InputStream in = Kernels.class.getResourceAsStream(PTX + file)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new InitiumException("cannot read " + file + " from the jar", e);
    }
  }

  /** Unloads all; the next use compiles again. */
  public synchronized void release() {
    for (Kernel kernel : kernels.values()) {
      driver.unloadModule(kernel.module);
    }
    kernels.clear();
  }
}
