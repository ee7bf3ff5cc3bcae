// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.CudaTest;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.initium.testing.SoftDevice;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small orthogonal matrices together: the bits of one after the other, in few launches. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class CudaMatricesTest implements Released {
  private static final Device DEVICE = Device.cuda(0);

  private static byte[] bytes(Tensor tensor) {
    try (Tensor read = tensor.toCpu()) {
      return read.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Launches, and that none of them is a call of cuSOLVER's. */
  private static long launches(SoftDevice device, Runnable work) {
    long before = device.calls("cuLaunchKernel");
    work.run();
    assertEquals(0, device.calls("cusolverDnCreate"));
    return device.calls("cuLaunchKernel") - before;
  }

  private static List<Tensor> tensors(int count, Shape... shapes) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tensors.add(Tensor.empty(shapes[i % shapes.length], DType.F32, DEVICE));
    }
    return tensors;
  }

  /** In one batch; then compares with what one after the other gives. */
  private static long batched(SoftDevice device, List<Tensor> tensors, Initializer... inits) {
    PhiloxGenerator together = Generator.philox(7, 5);
    PhiloxGenerator each = together.copy();
    long launches;
    try (Stream stream = Backend.of(DEVICE).newStream(DEVICE)) {
      FillBatch batch = new FillBatch();
      for (int i = 0; i < tensors.size(); i++) {
        batch.add(tensors.get(i), inits[i % inits.length], together);
      }
      launches = launches(device, () -> batch.queue(stream));
      stream.synchronize();
    }
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      byte[] got = bytes(tensor);
      try (Tensor alone = Tensor.empty(tensor.shape(), DType.F32, DEVICE)) {
        Fills.fill(alone, inits[i % inits.length].fill(tensor.shape()), each);
        assertArrayEquals(bytes(alone), got, "tensor " + i);
      }
    }
    assertEquals(each.offset(), together.offset());
    tensors.forEach(Tensor::close);
    return launches;
  }

  @Test
  void aBatchIsOneLaunch(SoftDevice device) {
    List<Tensor> tensors =
        tensors(100, Shape.of(12, 5), Shape.of(3, 4, 2), Shape.of(1, 1), Shape.of(7, 7));
    Init qr = Init.parse("orthogonal(gain=0.5)");
    Init householder = Init.parse("orthogonal(method=householder)");
    assertEquals(1, batched(device, tensors, qr, householder));
  }

  @Test
  void aLaunchHasRoomForSoManyMatricesAndKinds(SoftDevice device) {
    List<Tensor> tensors = tensors(JoinedMatrices.MATRICES + 1, Shape.of(2, 2));
    assertEquals(2, batched(device, tensors, Init.orthogonal()));
    Shape[] shapes = new Shape[JoinedMatrices.KINDS + 1];
    Arrays.setAll(shapes, i -> Shape.of(2, i + 1));
    assertEquals(2, batched(device, tensors(shapes.length, shapes), Init.orthogonal()));
  }

  /** Zeros and taps: the taps of all convolutions are one launch, behind the zeros. */
  @Test
  void deltaOrthogonal(SoftDevice device) {
    List<Tensor> tensors = tensors(20, Shape.of(4, 3, 3, 3), Shape.of(2, 2, 5));
    assertEquals(2, batched(device, tensors, Init.parse("delta_orthogonal")));
  }

  /** Experts, heads, scanned layers: whatever dimension counts them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "orthogonal(batch_axis=0) | 9,8,5 | 1",
        "orthogonal(batch_axis=1) | 8,9,5 | 1",
        "orthogonal(batch_axis=2, method=householder) | 8,5,9 | 1",
        "orthogonal(batch_axis=[0, 2]) | 2,6,3,4 | 1",
        "delta_orthogonal(batch_axis=0) | 3,6,4,2 | 2",
      })
  void stacks(String init, String sizes, int expected, SoftDevice device) {
    Shape shape = Shape.parse(sizes);
    for (DType dtype : DTypes.FLOATS) {
      try (Tensor tensor = Tensor.empty(shape, dtype, DEVICE);
          Tensor cpu = Tensor.empty(shape, dtype)) {
        Fill fill = Init.parse(init).fill(shape);
        Fills.fill(cpu, fill, Generator.philox(3));
        long launches = launches(device, () -> Fills.fill(tensor, fill, Generator.philox(3)));
        assertEquals(expected, launches, dtype + "");
        try (Tensor read = tensor.toCpu()) {
          for (int i = 0; i < shape.numel(); i++) {
            double far = Math.abs(dtype.get(cpu.segment(), i) - dtype.get(read.segment(), i));
            assertTrue(
                far <= Tolerances.ORTHOGONAL_AGREEMENT * 9 * dtype.epsilon(),
                dtype + " element " + i + " is off by " + far);
          }
        }
      }
    }
  }

  /** A view in so many dimensions is several parts, each with the bits of the whole. */
  @Test
  void viewsInManyDimensions() {
    Shape shape = Shape.of(5, 3, 4, 2);
    UnaryOperator<Tensor> view = t -> t.narrow(0, 1, 3).narrow(1, 1, 2).narrow(2, 1, 2);
    Fill fill = Init.orthogonal().fill(shape);
    try (Tensor whole = Tensor.empty(shape, DType.F32, DEVICE);
        Tensor part = Tensor.empty(Shape.of(5, 3, 4, 3), DType.F32, DEVICE)) {
      Fills.fill(whole, fill, Generator.philox(9));
      Tensor shard = view.apply(part).narrow(3, 1, 1).shardOf(shape, 1, 1, 1, 1);
      for (boolean joined : new boolean[] {false, true}) {
        Fills.fill(part, new Fill.Constant(-7), Generator.philox(1));
        if (joined) {
          try (Stream stream = Backend.of(DEVICE).newStream(DEVICE)) {
            new FillBatch().add(shard, fill, Generator.philox(9)).queue(stream);
            stream.synchronize();
          }
        } else {
          Fills.fill(shard, fill, Generator.philox(9));
        }
        try (Tensor expected = whole.toCpu();
            Tensor got = part.toCpu()) {
          compare(view.apply(expected).narrow(3, 1, 1), view.apply(got).narrow(3, 1, 1));
          assertEquals(-7, got.get(1, 1, 1, 0));
          assertEquals(-7, got.get(0, 1, 1, 1));
        }
      }
    }
  }

  private static void compare(Tensor expected, Tensor got) {
    long[] sizes = got.shape().sizes();
    for (int i = 0; i < sizes[0]; i++) {
      for (int j = 0; j < sizes[1]; j++) {
        for (int k = 0; k < sizes[2]; k++) {
          assertEquals(expected.get(i, j, k, 0), got.get(i, j, k, 0));
        }
      }
    }
  }

  /** Behind what waits where it writes, and before what comes after. */
  @Test
  void whatOverlapsStaysInOrder() {
    Fill matrix = Init.orthogonal().fill(Shape.of(4, 4));
    try (Tensor tensor = Tensor.empty(Shape.of(4, 12), DType.F32, DEVICE);
        Tensor expected = Tensor.empty(Shape.of(4, 12), DType.F32, DEVICE);
        Stream stream = Backend.of(DEVICE).newStream(DEVICE)) {
      FillBatch batch = new FillBatch();
      for (boolean joined : new boolean[] {false, true}) {
        PhiloxGenerator generator = Generator.philox(2);
        Tensor to = joined ? tensor : expected;
        List<Tensor> parts =
            List.of(
                to, to.narrow(1, 2, 4), to.narrow(0, 1, 1), to.narrow(1, 4, 4), to.narrow(1, 8, 4));
        List<Fill> fills =
            List.of(new Fill.Constant(3), matrix, new Fill.Constant(4), matrix, matrix);
        for (int i = 0; i < fills.size(); i++) {
          if (joined) {
            batch.add(parts.get(i), fills.get(i), generator);
          } else {
            Fills.fill(parts.get(i), fills.get(i), generator);
          }
        }
      }
      batch.queue(stream);
      stream.synchronize();
      assertArrayEquals(bytes(expected), bytes(tensor));
    }
  }
}
