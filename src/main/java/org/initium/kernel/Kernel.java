// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

/** A kernel of the CPU: does some of the work items that a launch of the GPU's kernel would do. */
@FunctionalInterface
public interface Kernel {
  /** Past the caches: for memory that is larger than they are. */
  long STREAMING = 1;

  /**
   * Does work items {@code begin} to {@code end - 1}.
   *
   * @param parameters the kernel's parameters, of which there may be more
   * @param flags {@link #STREAMING} or 0
   */
  void run(long[] parameters, long begin, long end, long flags);
}
