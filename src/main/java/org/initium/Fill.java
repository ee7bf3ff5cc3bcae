// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.util.Arrays;
import java.util.List;
import org.initium.function.IndexFunction;
import org.initium.function.UniformMap;
import org.initium.initializer.Init;
import org.initium.spi.SparseTiles;
import org.initium.spi.WordCount;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * The law of a tensor's elements, all arguments resolved: what a backend computes. An {@link Init}
 * makes one from a shape.
 *
 * <p>The {@link Elementary} fills are implemented by every backend; the others are put together
 * from those on views of the tensor.
 *
 * @since 0.1.0
 */
public sealed interface Fill {
  /**
   * Checks this fill against the whole tensor that it would fill.
   *
   * @param whole shape of the whole tensor
   * @param dtype its element type
   * @throws IllegalArgumentException naming the argument or size, its value and what is allowed
   */
  void check(Shape whole, DType dtype);

  /**
   * {@return how many words of the random stream the fill takes} So many that a next fill begins
   * behind every word that this one uses, if this one begins at a multiple of 4. For a value of its
   * own for each element that is the number of elements n, rounded up to a multiple of 4; in f64,
   * whose words are spread over the stream as cuRAND's double calls spread them, {@code 4 * (g +
   * 65536 * ceil(g / 65536))} with g = ceil(n / 4). 0 where no word is random.
   *
   * @param whole shape of the whole tensor
   * @param dtype its element type
   */
  long words(Shape whole, DType dtype);

  /** A fill that every {@link Backend} implements. */
  sealed interface Elementary extends Fill {}

  /** Nothing is random in it. */
  sealed interface Fixed extends Elementary {
    @Override
    default long words(Shape whole, DType dtype) {
      return 0;
    }
  }

  /** Each element has random bits of its own; what it is by them says its {@code ElementLaw}. */
  sealed interface PerElement extends Elementary {
    @Override
    default long words(Shape whole, DType dtype) {
      return WordCount.of(whole.numel(), dtype.isWide());
    }
  }

  /** An element is the value of the law's inverse distribution function at its random bits. */
  sealed interface ByQuantile extends PerElement {
    /** {@return the lower bound of the law, which may be infinite} */
    default double least() {
      return Double.NEGATIVE_INFINITY;
    }

    /** {@return the upper bound of the law, which may be infinite} */
    default double greatest() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /** The elements of a matrix depend on each other. */
  sealed interface OfMatrix extends Elementary {}

  /**
   * Every element is {@code value}, rounded to the dtype.
   *
   * @param value any number; infinities and NaN are themselves
   */
  record Constant(double value) implements Fixed {
    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkFinite("value", value);
    }
  }

  /**
   * U[a, b), half-open after the rounding to the dtype; all elements are a where a = b. In types of
   * whole numbers a, a + 1, ... b - 1 are equally likely.
   *
   * @param a the lower bound, finite
   * @param b the upper bound, a or more, finite
   */
  record Uniform(double a, double b) implements PerElement {
    private static final double MOST = 0x1p53; // whole numbers that 53 random bits choose from

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkFinite("a", a);
      if (dtype.isInteger()) {
        ArgumentChecks.that(a >= -MOST, "a", a, "-2^53 or more");
        ArgumentChecks.that(
            b == Math.rint(b) && b >= a && b <= MOST && b - a <= MOST,
            "b",
            b,
            "a whole number from a = " + a + " to 2^53, and to a + 2^53");
        dtype.checkFinite("b - 1", Math.max(a, b - 1));
        return;
      }
      dtype.checkFinite("b", b);
      ArgumentChecks.that(a <= b, "a", a, "at most b = " + b);
      dtype.checkFinite("b - a", b - a);
    }
  }

  /**
   * N(mean, std^2).
   *
   * @param mean the mean, finite
   * @param std the standard deviation, 0 or more, finite
   */
  record Normal(double mean, double std) implements PerElement {
    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      dtype.checkFinite("mean", mean);
      dtype.checkFinite("std", std);
      ArgumentChecks.that(std >= 0, "std", std, "0 or more");
    }
  }

  /**
   * N(mean, std^2) conditioned on [a, b]; the bounds are absolute, not in units of std. They may be
   * infinite, either or both, and as far from the mean or as near to each other as can be, provided
   * that the dtype has a value between them.
   *
   * @param mean the mean of the normal that is cut, finite
   * @param std its standard deviation, more than 0
   * @param a the lower bound
   * @param b the upper bound, more than a
   */
  record TruncatedNormal(double mean, double std, double a, double b) implements ByQuantile {
    @Override
    public double least() {
      return a;
    }

    @Override
    public double greatest() {
      return b;
    }

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      dtype.checkFinite("mean", mean);
      dtype.checkFinite("std", std);
      ArgumentChecks.that(std > 0, "std", std, "more than 0");
      checkBound("a", a, dtype);
      checkBound("b", b, dtype);
      ArgumentChecks.that(a < b, "a", a, "less than b = " + b);
      double least = dtype.atLeast(Math.max(a, -dtype.maxValue()));
      if (least > b) {
        throw new IllegalArgumentException(
            Text.message(
                "no value of %s is between a = %s and b = %s; give bounds that are further apart",
                dtype, a, b));
      }
    }

    private static void checkBound(String name, double bound, DType dtype) {
      if (!Double.isInfinite(bound)) {
        dtype.checkFinite(name, bound);
      }
    }
  }

  /**
   * Cauchy's law: of density {@code 1 / (pi scale (1 + ((x - loc) / scale)^2))}.
   *
   * @param loc the median, finite
   * @param scale half of the distance between the quartiles, more than 0
   */
  record Cauchy(double loc, double scale) implements ByQuantile {
    @Override
    public void check(Shape whole, DType dtype) {
      checkScaled(loc, scale, dtype);
    }
  }

  /**
   * Laplace's law: of density {@code exp(-|x - loc| / scale) / (2 scale)}.
   *
   * @param loc the mean, finite
   * @param scale the mean distance from it, more than 0
   */
  record Laplace(double loc, double scale) implements ByQuantile {
    @Override
    public void check(Shape whole, DType dtype) {
      checkScaled(loc, scale, dtype);
    }
  }

  /**
   * The exponential law: of density {@code rate exp(-rate x)} for x of 0 or more.
   *
   * @param rate the inverse of the mean, more than 0
   */
  record Exponential(double rate) implements ByQuantile {
    @Override
    public double least() {
      return 0;
    }

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      checkPositive("rate", rate, DType.F64);
      checkPositive("1 / rate", 1 / rate, dtype);
    }
  }

  /**
   * Smooth functions of U(a, b): a log-uniform law, the inverse softplus of one.
   *
   * @param map the function and the bounds of the uniform
   */
  record OfUniform(UniformMap map) implements ByQuantile {
    @Override
    public double least() {
      return map.least();
    }

    @Override
    public double greatest() {
      return map.greatest();
    }

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      new Uniform(map.a(), map.b()).check(whole, dtype);
      map.check(dtype::checkFinite);
    }
  }

  private static void checkScaled(double loc, double scale, DType dtype) {
    dtype.checkReal();
    dtype.checkFinite("loc", loc);
    checkPositive("scale", scale, dtype);
  }

  private static void checkPositive(String name, double value, DType dtype) {
    dtype.checkFinite(name, value);
    ArgumentChecks.that(value > 0, name, value, "more than 0");
  }

  /**
   * {@code gain} on the main diagonals of a matrix that is {@code groups} matrices one below the
   * other, 0 elsewhere.
   *
   * @param gain the value on the diagonals
   * @param groups how many matrices, each as wide as all; 1 or more
   */
  record Eye(double gain, long groups) implements Fixed {
    /**
     * The diagonal of one matrix.
     *
     * @param gain the value on it
     */
    public Eye(double gain) {
      this(gain, 1);
    }

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkFinite("gain", gain);
      whole.checkRank(2, 2);
      ArgumentChecks.that(groups >= 1, "groups", groups, "1 or more");
      ArgumentChecks.that(
          whole.size(0) % groups == 0,
          "groups",
          groups,
          "a divisor of dimension 0, which is " + whole.size(0));
    }
  }

  /**
   * A Hadamard matrix, scaled: element [i, j] is {@code scale * (-1)^popcount(i & j)} (Sylvester's
   * construction, cut to the shape).
   *
   * @param scale the absolute value of each element
   */
  record Hadamard(double scale) implements Fixed {
    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      dtype.checkFinite("scale", scale);
      whole.checkRank(2, 2);
    }
  }

  /**
   * The function's value at each element's index in the whole.
   *
   * @param function the value at an index
   */
  record ByIndex(IndexFunction function) implements Fixed {
    @Override
    public void check(Shape whole, DType dtype) {
      if (dtype.isInteger()) {
        if (!(function instanceof IndexFunction.Arange arange)) {
          dtype.checkReal();
          return;
        }
        dtype.checkFinite("start", arange.start());
        dtype.checkFinite("step", arange.step());
      }
      function.check(whole.sizes(), (name, value) -> checkValue(name, value, dtype));
    }

    private static void checkValue(String name, double value, DType dtype) {
      dtype.checkFinite(name, value);
      if (dtype.isInteger()) {
        ArgumentChecks.that(Math.abs(value) <= Uniform.MOST, name, value, "-2^53 to 2^53");
      }
    }
  }

  /**
   * N(0, std^2) with exactly {@code ceil(sparsity * rows)} zeros in each column of a matrix, every
   * such set of rows equally likely: those of the smallest random keys. What the keys and the
   * values are is written in {@code org.initium.law.ColumnKeys}.
   *
   * @param sparsity the share of each column that is 0, in [0, 1]
   * @param std the standard deviation of the other elements, 0 or more
   */
  record Sparse(double sparsity, double std) implements OfMatrix {
    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      whole.checkRank(2, 2);
      ArgumentChecks.that(sparsity >= 0 && sparsity <= 1, "sparsity", sparsity, "from 0 to 1");
      dtype.checkFinite("std", std);
      ArgumentChecks.that(std >= 0, "std", std, "0 or more");
      ArgumentChecks.that(whole.size(0) <= 1L << 31, "rows", whole.size(0), "at most 2^31");
    }

    /**
     * {@return the zeros in each column}
     *
     * @param whole a shape of 2 dimensions
     */
    public long zerosPerColumn(Shape whole) {
      return (long) Math.ceil(sparsity * whole.size(0));
    }

    @Override
    public long words(Shape whole, DType dtype) {
      return new SparseTiles(whole.size(0), whole.size(1)).words(dtype.isWide());
    }
  }

  /**
   * A Haar-distributed matrix with orthonormal rows or columns, times gain. Flattened to (the first
   * {@code rowDims} dimensions, the rest); the Gaussian matrix takes the words that {@link Normal}
   * would take for that shape, in row-major order of the tall one of the matrix and its transpose.
   *
   * @param gain the length of each row or column
   * @param method how the matrix is made; both have the same law
   * @param rowDims how many dimensions count the rows, 1 or more and fewer than all
   */
  record Orthogonal(double gain, Method method, int rowDims) implements OfMatrix {
    /**
     * A matrix whose rows the first dimension counts.
     *
     * @param gain the length of each row or column
     * @param method how the matrix is made
     */
    public Orthogonal(double gain, Method method) {
      this(gain, method, 1);
    }

    /** How Q is made of the Gaussian matrix. */
    public enum Method {
      /** Q of the QR factorization with a positive diagonal of R. */
      QR,
      /** The product of the reflectors of the columns' lower parts (Stewart 1980). */
      HOUSEHOLDER
    }

    @Override
    public void check(Shape whole, DType dtype) {
      dtype.checkReal();
      dtype.checkFinite("gain", gain);
      whole.checkRank(rowDims + 1, Integer.MAX_VALUE);
    }

    /**
     * {@return the rows of the matrix}
     *
     * @param whole shape of the whole tensor
     */
    public long rows(Shape whole) {
      return Arrays.stream(whole.sizes(), 0, rowDims).reduce(1, Math::multiplyExact);
    }

    /**
     * Checks that a library of linear algebra, which counts in 32 bits, can take the matrix.
     *
     * @param whole shape of the whole tensor
     * @throws IllegalArgumentException if it has more than 2^31 - 1 rows or columns
     */
    public void checkSize(Shape whole) {
      long rows = rows(whole);
      long columns = whole.numel() / rows;
      if (Math.max(rows, columns) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            Text.message(
                "orthogonal takes a matrix of at most 2^31 - 1 rows and columns; shape %s is %d x"
                    + " %d",
                whole, rows, columns));
      }
    }

    @Override
    public long words(Shape whole, DType dtype) {
      return WordCount.of(whole.numel(), dtype.isWide());
    }
  }

  /**
   * Zeros but for the center tap {@code [:, :, k/2...]} of a convolution of shape (out, in, k...),
   * which has a fill of its own: {@link Orthogonal} makes it delta-orthogonal (Xiao et al. 2018),
   * {@link Hadamard} or {@link Eye} make it ZerO (Zhao et al. 2022), and {@link Eye} of some groups
   * makes it the identity of a convolution of so many groups.
   *
   * @param tap the fill of the matrix (out, in)
   */
  record Center(Elementary tap) implements Fill {
    @Override
    public void check(Shape whole, DType dtype) {
      whole.checkRank(3, 5);
      tap.check(tapShape(whole), dtype);
    }

    /**
     * {@return the shape (out, in) of the center tap}
     *
     * @param whole shape of the convolution, of 3 to 5 dimensions
     */
    public static Shape tapShape(Shape whole) {
      return Shape.of(whole.size(0), whole.size(1));
    }

    @Override
    public long words(Shape whole, DType dtype) {
      return tap.words(tapShape(whole), dtype);
    }
  }

  /**
   * Row o of dimension 0 is row o / {@code times} of the base fill of a tensor with that many fewer
   * rows: ICNR (Aitken et al. 2017), with times = r^2 for a pixel shuffle by r.
   *
   * @param base the fill of the tensor with fewer rows
   * @param times how often each row stands, 1 or more; it divides dimension 0
   */
  record Repeated(Elementary base, long times) implements Fill {
    @Override
    public void check(Shape whole, DType dtype) {
      ArgumentChecks.that(times >= 1, "times", times, "1 or more");
      ArgumentChecks.that(
          whole.rank() >= 1 && whole.size(0) % times == 0,
          "times",
          times,
          "a divisor of dimension 0 of " + whole);
      base.check(baseShape(whole), dtype);
    }

    /**
     * {@return the shape of the tensor that is repeated}
     *
     * @param whole shape of the whole tensor
     */
    public Shape baseShape(Shape whole) {
      return whole.with(0, whole.size(0) / times);
    }

    @Override
    public long words(Shape whole, DType dtype) {
      return base.words(baseShape(whole), dtype);
    }
  }

  /**
   * Weights that stand in one tensor, each with a fill of its own drawn one after the other: the
   * experts of a layer, scanned layers. Dimension {@code order[d]} of the tensor is dimension d
   * here: first those that count the weights, in whose row-major order they are drawn, then those
   * of one.
   *
   * @param base the fill of each weight
   * @param order the dimensions of the tensor, those that count the weights first
   * @param batch how many count the weights, 1 or more
   */
  record Each(Fill base, List<Integer> order, int batch) implements Fill {
    /** Makes the order immutable. */
    public Each {
      order = List.copyOf(order);
    }

    @Override
    public void check(Shape whole, DType dtype) {
      ArgumentChecks.that(
          order.size() == whole.rank(), "order", order, "all of the dimensions of " + whole);
      base.check(shape(whole), dtype);
    }

    /**
     * {@return the shape of one of the weights}
     *
     * @param whole shape of the whole tensor
     */
    public Shape shape(Shape whole) {
      return Shape.of(order.stream().skip(batch).mapToLong(whole::size).toArray());
    }

    /**
     * {@return how many there are of them}
     *
     * @param whole shape of the whole tensor
     */
    public long count(Shape whole) {
      return order.stream().limit(batch).mapToLong(whole::size).reduce(1, Math::multiplyExact);
    }

    @Override
    public long words(Shape whole, DType dtype) {
      try {
        return whole.numel() == 0
            ? 0
            : Math.multiplyExact(count(whole), base.words(shape(whole), dtype));
      } catch (ArithmeticException e) {
        throw WordCount.tooMany(whole.numel(), e);
      }
    }
  }
}
