// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

/** Threads that share work. */
@FunctionalInterface
public interface Workers {
  /** Some pieces of the work. */
  @FunctionalInterface
  interface Part {
    /** Does pieces {@code from} to {@code to - 1}. */
    void run(long from, long to);
  }

  /** Has all pieces done, by several threads at once, and throws what went wrong in one. */
  void share(long pieces, Part part);
}
