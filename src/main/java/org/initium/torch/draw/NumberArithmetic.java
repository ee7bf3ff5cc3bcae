// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.draw;

import org.initium.DType;

/**
 * Arithmetic between a tensor and a number, in binary32 or binary64, before the result is rounded.
 */
public enum NumberArithmetic {
  /** The number is rounded to the tensor's dtype for a difference; a quotient is one. */
  CPU {
    @Override
    public float minus(float x, double number, DType dtype) {
      return x - (float) dtype.round((float) number);
    }

    @Override
    public float over(float x, double number) {
      return x / (float) number;
    }

    @Override
    public double over(double x, double number) {
      return x / number;
    }
  },
  /** The number is used in the precision of the arithmetic; a quotient is times its reciprocal. */
  CUDA {
    @Override
    public float minus(float x, double number, DType dtype) {
      return x - (float) number;
    }

    @Override
    public float over(float x, double number) {
      return x * (1 / (float) number);
    }

    @Override
    public double over(double x, double number) {
      return x * (1 / number);
    }
  };

  /** Tensor.sub_ of a number for an element of a type that is computed in binary32. */
  public abstract float minus(float x, double number, DType dtype);

  /** Tensor.div_ by a number. */
  public abstract float over(float x, double number);

  /** Tensor.div_ by a number. */
  public abstract double over(double x, double number);
}
