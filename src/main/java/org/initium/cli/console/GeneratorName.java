// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.text.Text;

/** The generators by the names that the command line and file headers give them. */
public final class GeneratorName {
  private GeneratorName() {}

  /**
   * Opens the generator of that name, as {@link Generator#parse} reads it.
   *
   * @param offset where it starts, in words; 0 for PyTorch's, which have no way to start elsewhere
   */
  public static Generator open(String name, long seed, long offset) {
    Generator generator = Generator.parse(name, seed);
    if (generator instanceof PhiloxGenerator) {
      return Generator.philox(seed, offset);
    }
    if (offset != 0) {
      throw new IllegalArgumentException(
          Text.format(
              "offset = %d is not allowed with generator %s; it is for philox, leave it out",
              offset, name));
    }
    return generator;
  }
}
