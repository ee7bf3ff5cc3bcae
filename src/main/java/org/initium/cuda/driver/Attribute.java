// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

/** What a device is asked for: CUdevice_attribute. */
public enum Attribute {
  MULTIPROCESSOR_COUNT(16),
  MAX_THREADS_PER_MULTIPROCESSOR(39),
  COMPUTE_CAPABILITY_MAJOR(75),
  COMPUTE_CAPABILITY_MINOR(76),
  PAGEABLE_MEMORY_ACCESS(88),
  MAX_SHARED_MEMORY_PER_BLOCK_OPTIN(97),
  MEMORY_POOLS_SUPPORTED(115);

  final int number;

  Attribute(int number) {
    this.number = number;
  }
}
