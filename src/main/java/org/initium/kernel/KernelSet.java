// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

/** The CPU's kernels, by the names that they have on the GPU: {@code normal_f32}. */
public interface KernelSet {
  /** The kernel of that name; an error of ours if there is none. */
  Kernel kernel(String name);
}
