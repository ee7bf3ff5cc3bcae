// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.initium.Shape;
import org.initium.text.ArgumentChecks;

/**
 * What the dimensions of a weight are, as jax.nn.initializers has it: the inputs, the outputs, the
 * batch of weights that each stand for themselves (experts, scanned layers, heads); the others are
 * the taps of a convolution. In an expression {@code in_axis=0}, {@code out_axis=[1, 2]}, {@code
 * batch_axis=-3}; where one is not given, the {@link Fans.Layout} says which it is, of the
 * dimensions that are not batch.
 *
 * @param in dimensions whose sizes multiply to the inputs
 * @param out dimensions whose sizes multiply to the outputs
 * @param batch dimensions that count weights
 * @param taps the others, in their order
 */
record Axes(List<Integer> in, List<Integer> out, List<Integer> batch, List<Integer> taps) {
  static final List<Parameter> PARAMETERS =
      List.of(Parameter.axes("in_axis"), Parameter.axes("out_axis"), Parameter.axes("batch_axis"));

  /**
   * Those of a weight.
   *
   * @throws IllegalArgumentException if the shape has no such dimension, or a dimension is two of
   *     them
   */
  static Axes of(Arguments arguments, Shape weight) {
    Fans.Layout layout = arguments.choice("layout", Fans.Layout.values());
    return of(
        weight,
        layout,
        arguments.axes("in_axis"),
        arguments.axes("out_axis"),
        arguments.axes("batch_axis"));
  }

  static Axes of(
      Shape weight,
      Fans.Layout layout,
      List<Integer> inAxis,
      List<Integer> outAxis,
      List<Integer> batchAxis) {
    List<Integer> batch = dimensions("batch_axis", batchAxis, weight);
    List<Integer> rest = rest(weight, batch::contains);
    boolean given = !inAxis.isEmpty() && !outAxis.isEmpty();
    List<Integer> in = dimensions("in_axis", inAxis, weight);
    List<Integer> out = dimensions("out_axis", outAxis, weight);
    if (!given) {
      layout.check(Shape.of(rest.stream().mapToLong(weight::size).toArray()));
      in = inAxis.isEmpty() ? pick(layout.in, rest) : in;
      out = outAxis.isEmpty() ? pick(layout.out, rest) : out;
      batch = Stream.concat(batch.stream(), pick(layout.batch, rest).stream()).toList();
    }
    List<Integer> all = Stream.of(in, out, batch).flatMap(List::stream).toList();
    ArgumentChecks.that(
        new TreeSet<>(all).size() == all.size(),
        "in_axis, out_axis, batch_axis",
        in + ", " + out + ", " + batch,
        "different dimensions of " + weight);
    return new Axes(in, out, batch, rest(weight, all::contains));
  }

  private static List<Integer> pick(List<Integer> axes, List<Integer> from) {
    return axes.stream().map(a -> from.get(a < 0 ? a + from.size() : a)).toList();
  }

  private static List<Integer> dimensions(String name, List<Integer> axes, Shape weight) {
    for (int axis : axes) {
      ArgumentChecks.that(
          axis >= -weight.rank() && axis < weight.rank(), name, axis, "a dimension of " + weight);
    }
    return axes.stream().map(weight::dimension).toList();
  }

  private static List<Integer> rest(Shape weight, Predicate<Integer> taken) {
    return IntStream.range(0, weight.rank()).boxed().filter(d -> !taken.test(d)).toList();
  }

  /** The product of the sizes of some dimensions. */
  static double product(Shape weight, List<Integer> dimensions) {
    return dimensions.stream().mapToDouble(weight::size).reduce(1, (a, b) -> a * b);
  }

  /** All dimensions: batch, outputs, inputs, taps. */
  List<Integer> order() {
    List<Integer> order = new ArrayList<>(batch);
    order.addAll(out);
    order.addAll(in);
    order.addAll(taps);
    return order;
  }
}
