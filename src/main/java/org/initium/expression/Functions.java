// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The functions of an expression. StrictMath: the same bits on every machine. */
enum Functions {
  SQRT(StrictMath::sqrt),
  CBRT(StrictMath::cbrt),
  EXP(StrictMath::exp),
  LOG(StrictMath::log),
  LOG2(Functions::log2),
  FLOOR(Math::floor),
  CEIL(Math::ceil),
  ABS(Math::abs),
  POW(StrictMath::pow),
  MIN(Math::min),
  MAX(Math::max);

  private final DoubleUnaryOperator unary;
  private final DoubleBinaryOperator binary;

  Functions(DoubleUnaryOperator unary) {
    this.unary = unary;
    this.binary = null;
  }

  Functions(DoubleBinaryOperator binary) {
    this.unary = null;
    this.binary = binary;
  }

  /** Exact for powers of two. */
  private static double log2(double x) {
    boolean normal = x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE;
    int exponent = normal ? Math.getExponent(x) : 0;
    return exponent + StrictMath.log(Math.scalb(x, -exponent)) / StrictMath.log(2);
  }

  static Functions parse(String name) {
    return Suggestions.constant("function", name, values());
  }

  int arity() {
    return unary != null ? 1 : 2;
  }

  double of(double[] arguments) {
    return unary != null
        ? unary.applyAsDouble(arguments[0])
        : binary.applyAsDouble(arguments[0], arguments[1]);
  }

  @Override
  public String toString() {
    return Suggestions.of(this);
  }
}
