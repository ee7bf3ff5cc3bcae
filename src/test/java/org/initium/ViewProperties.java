// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.initium.spi.StridedLayout;

/** Chains of views against a model that lists where every element is. */
class ViewProperties {

  /**
   * The sizes of a view, and where each of its elements is in memory, in row-major order. Slow and
   * plain: every view is made by listing.
   */
  private record Model(long[] sizes, long[] places) {

    static Model of(long... sizes) {
      long count = LongStream.of(sizes).reduce(1, (a, b) -> a * b);
      return new Model(sizes, LongStream.range(0, count).toArray());
    }

    /** The index of element number n in row-major order. */
    static long[] index(long[] sizes, long n) {
      long[] index = new long[sizes.length];
      for (int d = sizes.length - 1; d >= 0; d--) {
        index[d] = n % sizes[d];
        n /= sizes[d];
      }
      return index;
    }

    /** Those elements whose index in dimension d is start, start + step, ..., count of them. */
    Model pick(int d, long start, long step, long count) {
      long[] picked =
          LongStream.range(0, places.length)
              .filter(
                  n -> {
                    long i = index(sizes, n)[d] - start;
                    return i >= 0 && i % step == 0 && i / step < count;
                  })
              .map(n -> places[(int) n])
              .toArray();
      long[] smaller = sizes.clone();
      smaller[d] = count;
      return new Model(smaller, picked);
    }

    Model without(int d) {
      long[] fewer = new long[sizes.length - 1];
      for (int i = 0; i < fewer.length; i++) {
        fewer[i] = sizes[i < d ? i : i + 1];
      }
      return new Model(fewer, places);
    }

    boolean isContiguous() {
      for (int i = 1; i < places.length; i++) {
        if (places[i] != places[i - 1] + 1) {
          return false;
        }
      }
      return true;
    }
  }

  @Property(tries = 2000, seed = "20240607")
  void viewsAreWhereTheModelHasThem(@ForAll("shapes") List<Long> sizes, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] whole = sizes.stream().mapToLong(Long::longValue).toArray();
    try (Tensor owner = Tensor.empty(Shape.of(whole), DType.F64)) {
      for (long i = 0; i < owner.shape().numel(); i++) {
        DType.F64.set(owner.storage().segment(), i, i);
      }
      Tensor view = owner;
      Model model = Model.of(whole);
      for (int step = 0; step < 5; step++) {
        int rank = view.shape().rank();
        int d = rank == 0 ? 0 : random.nextInt(rank);
        long size = rank == 0 ? 0 : view.shape().size(d);
        switch (random.nextInt(4)) {
          case 0 -> {
            if (rank > 0) {
              long start = random.nextLong(size + 1);
              long length = random.nextLong(size - start + 1);
              view = view.narrow(random.nextBoolean() ? d : d - rank, start, length);
              model = model.pick(d, start, 1, length);
            }
          }
          case 1 -> {
            if (size > 0) {
              long index = random.nextLong(size);
              view = view.select(d, index);
              model = model.pick(d, index, 1, 1).without(d);
            }
          }
          case 2 -> {
            if (rank > 0) {
              long start = random.nextLong(size + 2);
              long every = 1 + random.nextLong(3);
              long count =
                  LongStream.range(0, size)
                      .filter(i -> i >= start && (i - start) % every == 0)
                      .count();
              view = view.every(d, start, every);
              model = model.pick(d, start, every, count);
            }
          }
          default -> {
            assertEquals(model.isContiguous(), view.isContiguous(), view::toString);
            if (view.isContiguous()) {
              view = view.reshape(view.shape().numel());
              model = new Model(new long[] {model.places.length}, model.places);
            }
          }
        }
        assertSame(model, view);
      }
    }
  }

  private static void assertSame(Model model, Tensor view) {
    assertArrayEquals(model.sizes, view.shape().sizes());
    double[] values = new double[model.places.length];
    for (int n = 0; n < values.length; n++) {
      values[n] = view.get(Model.index(model.sizes, n));
    }
    assertArrayEquals(Arrays.stream(model.places).asDoubleStream().toArray(), values);
    long[][] enumerated = enumerate(view.layout(), view.shape().numel());
    assertArrayEquals(model.places, enumerated[0], "places in memory");
    long[] own = LongStream.range(0, view.shape().numel()).toArray();
    assertArrayEquals(own, enumerated[1], "a view is a whole of its own");
  }

  /** A layout's elements in its own order: the places in memory, and those in the whole. */
  private static long[][] enumerate(StridedLayout layout, long count) {
    long[][] places = new long[2][(int) count];
    for (int n = 0; n < count; n++) {
      long[] index = Model.index(layout.sizes(), n);
      places[0][n] = layout.memoryOffset();
      places[1][n] = layout.wholeOffset();
      for (int d = 0; d < index.length; d++) {
        places[0][n] += index[d] * layout.memoryStrides()[d];
        places[1][n] += index[d] * layout.wholeStrides()[d];
      }
    }
    return places;
  }

  @Property(tries = 2000, seed = "20240607")
  void aShardKnowsItsPlaceInTheWhole(@ForAll("shapes") List<Long> sizes, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] whole = sizes.stream().mapToLong(Long::longValue).toArray();
    Model model = Model.of(whole);
    long[] origin = new long[whole.length];
    long[] part = new long[whole.length];
    for (int d = 0; d < whole.length; d++) {
      origin[d] = random.nextLong(whole[d] + 1);
      part[d] = random.nextLong(whole[d] - origin[d] + 1);
      model = model.pick(d, origin[d], 1, part[d]);
    }
    try (Tensor memory = Tensor.empty(Shape.of(part), DType.BF16)) {
      Tensor shard = memory.shardOf(Shape.of(whole), origin);
      assertEquals(Shape.of(whole), shard.whole());
      assertArrayEquals(origin, shard.origin());
      long[][] enumerated = enumerate(shard.layout(), shard.shape().numel());
      assertArrayEquals(LongStream.range(0, shard.shape().numel()).toArray(), enumerated[0]);
      assertArrayEquals(model.places, enumerated[1]);
    }
  }

  @Property(tries = 1000, seed = "20240607")
  void aShapePrintsAndParses(@ForAll("shapes") List<Long> sizes) {
    Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    String printed = shape.toString();
    assertEquals(shape, Shape.parse(printed.substring(1, printed.length() - 1)));
    assertEquals(sizes.stream().reduce(1L, (a, b) -> a * b), shape.numel());
    assertEquals(sizes.size(), shape.rank());
  }

  @Provide
  Arbitrary<List<Long>> shapes() {
    return Arbitraries.longs().between(0, 5).list().ofMaxSize(5);
  }
}
