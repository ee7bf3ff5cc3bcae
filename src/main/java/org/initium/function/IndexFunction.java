// SPDX-License-Identifier: Apache-2.0
package org.initium.function;

import java.util.Arrays;
import java.util.function.ObjDoubleConsumer;
import org.initium.text.ArgumentChecks;

/**
 * What an element is by its index in the whole tensor: computed in f64 with StrictMath, which has
 * the same bits on every machine, and rounded once to the dtype.
 *
 * @since 0.1.0
 */
public sealed interface IndexFunction {
  /**
   * {@return the value of an element of a tensor of these sizes}
   *
   * @param index one number for each dimension
   * @param sizes of the dimensions
   */
  double at(long[] index, long[] sizes);

  /**
   * Throws unless the sizes suit it.
   *
   * @param sizes of the dimensions
   * @throws IllegalArgumentException naming what does not fit
   */
  void check(long[] sizes);

  /**
   * The same, and lets the values at both ends be checked, which are named for a message.
   *
   * @param sizes of the dimensions
   * @param value called with the name and the value of each end; throws what is wrong with it
   * @throws IllegalArgumentException naming what does not fit
   */
  default void check(long[] sizes, ObjDoubleConsumer<String> value) {
    check(sizes);
    if (Arrays.stream(sizes).allMatch(size -> size > 0)) {
      value.accept("the first value", at(new long[sizes.length], sizes));
      value.accept("the last value", at(Arrays.stream(sizes).map(n -> n - 1).toArray(), sizes));
      for (int wave = -1; wave <= 1; wave += 2) {
        value.accept(
            "the value where the wave is " + wave, withWave(wave, new long[sizes.length], sizes));
      }
    }
  }

  /** The value at an index, or where a sine or cosine has that value, which no end need have. */
  private double withWave(double wave, long[] index, long[] sizes) {
    return switch (this) {
      case Mapped(IndexFunction of, SmoothMap map) -> map.of(of.withWave(wave, index, sizes));
      case Rotary rotary when rotary.wave != Wave.FREQUENCY -> wave;
      case Sinusoidal _ -> wave;
      case Arange _, Linspace _, Rotary _ -> at(index, sizes);
    };
  }

  /** A dimension from the end where negative. */
  private static int dimension(int d, long[] sizes) {
    return d < 0 ? d + sizes.length : d;
  }

  private static void checkDimension(int d, long[] sizes) {
    ArgumentChecks.that(
        d >= -sizes.length && d < sizes.length, "dim", d, "a dimension of " + sizes.length);
  }

  /**
   * {@code start + i step} for index i in dimension {@code dim}: NumPy's arange. An end that is
   * finite must come to that dimension's size, as {@code ceil((end - start) / step)}.
   *
   * @param start the value at index 0
   * @param end where it would end, or infinity for any size
   * @param step from one index to the next
   * @param dim the dimension, from the end if negative
   */
  record Arange(double start, double end, double step, int dim) implements IndexFunction {
    @Override
    public double at(long[] index, long[] sizes) {
      return start + index[dimension(dim, sizes)] * step;
    }

    @Override
    public void check(long[] sizes) {
      checkDimension(dim, sizes);
      long size = sizes[dimension(dim, sizes)];
      double count = Math.ceil((end - start) / step);
      ArgumentChecks.that(
          Double.isInfinite(end) || count == size,
          "end",
          end,
          "such that ceil((end - start) / step) is " + size + ", the size of dimension " + dim);
    }
  }

  /**
   * From {@code start} to {@code end} in equal steps, both included: NumPy's linspace. One element
   * is the start.
   *
   * @param start the first value
   * @param end the last value
   * @param dim the dimension, from the end if negative
   */
  record Linspace(double start, double end, int dim) implements IndexFunction {
    @Override
    public double at(long[] index, long[] sizes) {
      long i = index[dimension(dim, sizes)];
      long last = sizes[dimension(dim, sizes)] - 1;
      return i == last && last > 0 ? end : i == 0 ? start : i * ((end - start) / last) + start;
    }

    @Override
    public void check(long[] sizes) {
      checkDimension(dim, sizes);
    }
  }

  /**
   * A monotone map of another.
   *
   * @param of the inner function
   * @param map what is done to its values
   */
  record Mapped(IndexFunction of, SmoothMap map) implements IndexFunction {
    @Override
    public double at(long[] index, long[] sizes) {
      return map.of(of.at(index, sizes));
    }

    @Override
    public void check(long[] sizes) {
      of.check(sizes);
    }
  }

  /** Which of a wave an element is. */
  enum Wave {
    /** The angular frequency alone: nothing but the last dimension counts. */
    FREQUENCY,
    /** The cosine. */
    COS,
    /** The sine. */
    SIN
  }

  /** How the two halves of the last dimension stand. */
  enum Order {
    /** First all of one, then all of the other. */
    HALVES,
    /** In turn. */
    INTERLEAVED
  }

  /**
   * The tables of rotary embeddings (Su et al. 2021). The last dimension has n = 2 m elements, of
   * which each frequency {@code base^(-k / m)} has two; the position is the index in the dimension
   * before it, divided by {@code factor}. {@link Wave#FREQUENCY} has the m frequencies themselves.
   *
   * @param base more than 0, 10000 in most models
   * @param factor what positions are divided by, more than 0
   * @param wave cosines, sines or the frequencies
   * @param order whether the two of a frequency stand side by side or in halves
   */
  record Rotary(double base, double factor, Wave wave, Order order) implements IndexFunction {
    @Override
    public double at(long[] index, long[] sizes) {
      int last = sizes.length - 1;
      long i = index[last];
      if (wave == Wave.FREQUENCY) {
        return StrictMath.pow(base, -(double) i / sizes[last]) / factor;
      }
      long half = sizes[last] / 2;
      long k = order == Order.HALVES ? i % half : i / 2;
      double angle = index[last - 1] / factor * StrictMath.pow(base, -(double) k / half);
      return wave == Wave.COS ? StrictMath.cos(angle) : StrictMath.sin(angle);
    }

    @Override
    public void check(long[] sizes) {
      int least = wave == Wave.FREQUENCY ? 1 : 2;
      checkTable(sizes, least, least);
    }
  }

  /** How far the frequencies of a sinusoidal table go. */
  enum Spread {
    /** {@code base^(-k / m)}: the last is a step short of 1 / base. */
    OPEN,
    /** {@code base^(-k / (m - 1))}: from 1 to 1 / base. */
    CLOSED
  }

  /**
   * Sinusoidal position embeddings (Vaswani et al. 2017): the last dimension has m frequencies, a
   * sine and a cosine each, and the position is the index in the dimension before it. With a {@code
   * width} of 2 or more the positions are those of an image of that many columns, row by row: the
   * first half of the last dimension is the table of the column, the second that of the row.
   *
   * @param base more than 0, 10000 in the paper
   * @param order whether sine and cosine stand side by side or in halves
   * @param spread whether the last frequency is {@code 1 / base} or the one before it
   * @param width columns of the image, 1 for a text
   */
  record Sinusoidal(double base, Order order, Spread spread, long width) implements IndexFunction {
    @Override
    public double at(long[] index, long[] sizes) {
      int last = sizes.length - 1;
      long position = index[last - 1];
      if (width == 1) {
        return at(position, index[last], sizes[last]);
      }
      long half = sizes[last] / 2;
      boolean column = index[last] < half;
      return at(column ? position % width : position / width, index[last] % half, half);
    }

    private double at(long position, long i, long channels) {
      long m = channels / 2;
      long k = order == Order.HALVES ? i % m : i / 2;
      boolean sine = order == Order.HALVES ? i < m : i % 2 == 0;
      double steps = spread == Spread.OPEN ? m : Math.max(1, m - 1);
      double angle = position * StrictMath.pow(base, -k / steps);
      return sine ? StrictMath.sin(angle) : StrictMath.cos(angle);
    }

    @Override
    public void check(long[] sizes) {
      checkTable(sizes, 2, width == 1 ? 2 : 4);
      long positions = sizes[sizes.length - 2];
      ArgumentChecks.that(
          positions % width == 0, "width", width, "a divisor of the " + positions + " positions");
    }
  }

  private static void checkTable(long[] sizes, int rank, int multiple) {
    ArgumentChecks.that(sizes.length >= rank, "rank", sizes.length, rank + " or more");
    long last = sizes[sizes.length - 1];
    ArgumentChecks.that(
        last % multiple == 0, "the last dimension", last, "a multiple of " + multiple);
  }
}
