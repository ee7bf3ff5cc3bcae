// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;

/** A row of bench/grid.tsv, whose path is the system property {@code bench.grid}. */
record Grid(Init init, String head, Shape shape, DType dtype, boolean touch) {

  static Grid row(String id) {
    try {
      for (String line : Files.readAllLines(Path.of(System.getProperty("bench.grid")))) {
        String[] field = line.split("\t");
        if (field[0].equals(id)) {
          return new Grid(
              Init.parse(field[2]),
              field[2].split("\\(")[0],
              Shape.parse(field[3]),
              DType.parse(field[4]),
              field[5].equals("touch"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException("grid.tsv has no row '" + id + "'");
  }
}
