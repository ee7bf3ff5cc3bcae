// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.List;
import org.initium.expression.Arithmetic;
import org.initium.expression.Suggestions;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * A parameter of an initializer.
 *
 * @param name the name in an expression
 * @param kind what its values are
 * @param standard the value where none is given; null where one must be
 */
record Parameter(String name, Kind kind, Object standard) {

  /** What the values of a parameter are. */
  sealed interface Kind {
    /** Brings a value to its canonical class: Double, Long, String, Init or a list of Integers. */
    Object resolve(String name, Object value);
  }

  /**
   * A real number in a range; held as a Double.
   *
   * @param open whether the least is not in it
   * @param finite whether an infinite value is not allowed
   */
  record Real(double least, double most, boolean open, boolean finite, String allowed)
      implements Kind {
    static final Real ANY = of(Double.NEGATIVE_INFINITY, false, "a finite number");
    static final Real NOT_NEGATIVE = of(0, false, "0 or more, and finite");
    static final Real POSITIVE = of(0, true, "more than 0, and finite");
    static final Real BOUND =
        new Real(
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            false,
            false,
            "a number, inf or -inf");
    static final Real FRACTION = new Real(0, 1, false, true, "from 0 to 1");

    private static Real of(double least, boolean open, String allowed) {
      return new Real(least, Double.POSITIVE_INFINITY, open, true, allowed);
    }

    boolean has(double value) {
      return (open ? value > least : value >= least)
          && value <= most
          && (!finite || Double.isFinite(value));
    }

    @Override
    public Double resolve(String name, Object value) {
      ArgumentChecks.that(value instanceof Number n && has(n.doubleValue()), name, value, allowed);
      return ((Number) value).doubleValue();
    }
  }

  /** A real number, for which an expression may have a nonlinearity's name; held as a Double. */
  record Gain(Real range) implements Kind {
    @Override
    public Double resolve(String name, Object value) {
      return range.resolve(name, value);
    }
  }

  /** An integer of 1 or more; held as a Long. */
  record Count() implements Kind {
    /** Beyond it, doubles skip integers. */
    private static final double MOST = 0x1p53;

    @Override
    public Long resolve(String name, Object value) {
      double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
      ArgumentChecks.that(
          number >= 1 && number <= MOST && number == Math.rint(number),
          name,
          value instanceof Number ? Arithmetic.print(number) : value,
          "an integer, 1 or more");
      return (long) number;
    }
  }

  /** One of some words, in any case; held as a String. */
  record Choice(List<String> words) implements Kind {
    @Override
    public String resolve(String name, Object value) {
      for (String word : words) {
        if (word.equalsIgnoreCase(
            value instanceof Enum<?> constant ? Suggestions.of(constant) : String.valueOf(value))) {
          return word;
        }
      }
      throw new IllegalArgumentException(
          Text.message(
              "%s = %s is not allowed; it must be one of %s",
              name, Text.visible(Text.cut(String.valueOf(value), 60)), String.join(", ", words)));
    }
  }

  /** Another initializer; held as an Init. */
  record Nested() implements Kind {
    @Override
    public Init resolve(String name, Object value) {
      ArgumentChecks.that(value instanceof Init, name, value, "an initializer");
      return (Init) value;
    }
  }

  /**
   * Dimensions, negative ones from the end; held as a list of Integers. None: as the layout says.
   */
  record AxisList() implements Kind {
    @Override
    public List<Integer> resolve(String name, Object value) {
      List<?> axes = value instanceof List<?> list ? list : List.of(value);
      return axes.stream().map(axis -> axis(name, axis)).toList();
    }

    private static Integer axis(String name, Object value) {
      ArgumentChecks.that(
          value instanceof Number n
              && n.doubleValue() == Math.rint(n.doubleValue())
              && Math.abs(n.doubleValue()) < Integer.MAX_VALUE,
          name,
          value instanceof Double number ? Arithmetic.print(number) : value,
          "a dimension, or several in brackets: 0, -1, [0, 1]");
      return ((Number) value).intValue();
    }
  }

  static Parameter axes(String name) {
    return new Parameter(name, new AxisList(), List.of());
  }

  static Parameter real(String name, Real kind, Double standard) {
    return new Parameter(name, kind, standard);
  }

  static Parameter gain(Real range) {
    return new Parameter("gain", new Gain(range), 1.0);
  }

  static Parameter real(String name, double standard) {
    return new Parameter(name, Real.ANY, standard);
  }

  static Parameter count(String name, Long standard) {
    return new Parameter(name, new Count(), standard);
  }

  static Parameter choice(String name, Enum<?> standard, Enum<?>... words) {
    return new Parameter(name, new Choice(Suggestions.list(words)), Suggestions.of(standard));
  }

  /** How a value of this parameter is written in an expression. */
  static String print(Object value) {
    return switch (value) {
      case Double number -> Arithmetic.print(number);
      case List<?> axes when axes.size() == 1 -> axes.getFirst().toString();
      default -> value.toString();
    };
  }

  /** As in a signature: {@code std=0.01}, or {@code sparsity} where there is no default. */
  @Override
  public String toString() {
    return standard == null ? name : name + "=" + print(standard);
  }
}
