// SPDX-License-Identifier: Apache-2.0
import org.initium.DType;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.tribuo.math.la.DenseMatrix;

/** Weights of Tribuo, which are arrays on the heap: filled beside it, and copied. */
public final class TribuoWeights {
  private TribuoWeights() {}

  public static DenseMatrix matrix(
      int rows, int columns, Initializer initializer, Generator generator) {
    double[][] values = new double[rows][columns];
    try (Tensor tensor = Tensor.empty(Shape.of(rows, columns), DType.F64)) {
      tensor.fill(initializer, generator);
      tensor.copyTo(values);
    }
    return DenseMatrix.createDenseMatrix(values);
  }
}
