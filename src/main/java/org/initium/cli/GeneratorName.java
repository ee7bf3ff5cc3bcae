package org.initium.cli;

import org.initium.Generator;

/** The generators by the names that the command line and file headers give them. */
final class GeneratorName {
  private GeneratorName() {}

  static Generator open(String name, long seed, long offset) {
    return switch (name) {
      case "philox" -> Generator.philox(seed, offset);
      default ->
          throw new IllegalArgumentException(
              "generator '" + name + "' is not known; there is philox");
    };
  }
}
