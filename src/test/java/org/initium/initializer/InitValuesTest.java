// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.DTypes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Where eye and dirac have their ones and how many zeros sparse has in each column, as PyTorch
 * 2.13.0 does it; src/test/python/init_values.py wrote them.
 */
class InitValuesTest {
  @ParameterizedTest
  @CsvFileSource(resources = "init-values.csv", delimiter = '|', emptyValue = "")
  void areWherePyTorchHasThem(String expression, String shape, String what, String numbers) {
    List<Long> wanted =
        Stream.of(numbers.split(",")).filter(s -> !s.isEmpty()).map(Long::parseLong).toList();
    for (DType dtype : DTypes.FLOATS) {
      if (what.equals("zeros") && dtype.precision() < DType.BF16.precision()) {
        continue; // some normals of 0.01 are zeros, too
      }
      try (Tensor tensor = Tensor.empty(Shape.parse(shape), dtype)) {
        tensor.fill(Init.parse(expression), Generator.philox(1));
        double[] values =
            LongStream.range(0, tensor.shape().numel())
                .mapToDouble(i -> dtype.get(tensor.segment(), i))
                .toArray();
        assertEquals(wanted, what.equals("ones") ? ones(values) : zeros(tensor, values));
      }
    }
  }

  private static List<Long> ones(double[] values) {
    Arrays.stream(values).forEach(v -> assertEquals(v == 0 ? 0 : 1, v));
    return LongStream.range(0, values.length).filter(i -> values[(int) i] != 0).boxed().toList();
  }

  private static List<Long> zeros(Tensor tensor, double[] values) {
    long columns = tensor.shape().size(1);
    return LongStream.range(0, columns)
        .map(c -> zerosOfColumn(values, c, columns))
        .distinct()
        .boxed()
        .toList();
  }

  private static long zerosOfColumn(double[] values, long column, long columns) {
    return LongStream.range(0, values.length)
        .filter(i -> i % columns == column && values[(int) i] == 0)
        .count();
  }
}
