// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.DTypes;
import org.initium.testing.Tolerances;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Where sparse has its zeros and what stands between them, as src/test/python/sparse_reference.py
 * computed it from Philox on.
 */
class SparseReferenceTest {
  @ParameterizedTest
  @CsvFileSource(resources = "sparse-reference.csv", delimiter = '|', maxCharsPerColumn = 1 << 20)
  void isWhatTheDefinitionSays(
      long seed, long offset, double sparsity, String shape, String numbers) {
    double[] expected = Stream.of(numbers.split(" ")).mapToDouble(Double::parseDouble).toArray();
    for (DType dtype : DTypes.FLOATS) {
      try (Tensor tensor = Tensor.empty(Shape.parse(shape), dtype)) {
        tensor.fill(Init.sparse(sparsity, 1), Generator.philox(seed, offset));
        for (int i = 0; i < expected.length; i++) {
          double value = dtype.get(tensor.segment(), i);
          assertEquals(expected[i] == 0, value == 0, "element " + i + " is zero, in " + dtype);
          if (dtype == DType.F32) {
            assertEquals(expected[i], value, Tolerances.CURAND_NORMAL_F32, "element " + i);
          }
        }
      }
    }
  }
}
