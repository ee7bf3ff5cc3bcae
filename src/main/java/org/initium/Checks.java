package org.initium;

/** Argument checks whose messages name the argument, its value and what is allowed. */
final class Checks {
  private Checks() {}

  static void that(boolean holds, String name, Object value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(
          name + " = " + value + " is not allowed; it must be " + allowed);
    }
  }

  static void representable(String name, double value, DType dtype) {
    that(
        Math.abs(dtype.round(value)) <= dtype.maxValue(),
        name,
        value,
        "finite in " + dtype + ", whose largest value is " + dtype.maxValue());
  }

  static void rank(Shape shape, int least, int most) {
    if (shape.rank() < least || shape.rank() > most) {
      throw new IllegalArgumentException(
          "shape %s has %d dimension%s; %s needed"
              .formatted(shape, shape.rank(), shape.rank() == 1 ? "" : "s", range(least, most)));
    }
  }

  private static String range(int least, int most) {
    return most == Integer.MAX_VALUE
        ? least + " or more are"
        : least == most ? "exactly " + least + " are" : least + " to " + most + " are";
  }
}
