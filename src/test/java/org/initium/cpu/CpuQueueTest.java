// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.fill.KernelFills;
import org.initium.cpu.fill.Team;
import org.initium.kernel.KernelSet;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.Fills;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small orthogonal matrices that wait for each other: the bits of one after the other. */
@Tag("slow")
class CpuQueueTest {
  private static final int MATRICES = 200;
  private static final Fill.Constant CONSTANT = new Fill.Constant(3);

  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /** Of two threads that tell when they work. */
  private CpuQueue queue() {
    KernelSet kernels = CpuOptions.fromProperties().kernels();
    KernelSet watched =
        name ->
            (parameters, begin, end, flags) -> {
              threads.add(Thread.currentThread());
              kernels.kernel(name).run(parameters, begin, end, flags);
            };
    return new CpuQueue(new CpuStream(new KernelFills(watched, new Team(2))));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void threadsTakeOneAfterTheOther(DType dtype) {
    PhiloxGenerator together = Generator.philox(3, 5);
    PhiloxGenerator each = together.copy();
    try (Tensor all = Tensor.empty(Shape.of(MATRICES, 60, 128), dtype);
        Tensor expected = Tensor.empty(all.shape(), dtype)) {
      try (CpuQueue queue = queue()) {
        for (int i = 0; i < MATRICES; i++) {
          Fill.Elementary fill = new Fill.Orthogonal(1.5, Fill.Orthogonal.Method.values()[i % 2]);
          queue.fill(all.select(0, i), fill, together);
          Fills.fill(expected.select(0, i), fill, each);
        }
      }
      assertArrayEquals(
          expected.segment().toArray(ValueLayout.JAVA_BYTE),
          all.segment().toArray(ValueLayout.JAVA_BYTE));
    }
    assertEquals(each.offset(), together.offset());
    assertEquals(2, threads.size());
  }

  /** The helpers are not the thread whose arena it is, which waits for them. */
  @ParameterizedTest
  @EnumSource(Fill.Orthogonal.Method.class)
  void memoryOfOneThreadIsFilledByAll(Fill.Orthogonal.Method method) {
    Fill.Orthogonal fill = new Fill.Orthogonal(1, method);
    Shape shape = Shape.of(MATRICES, 60, 60);
    try (Arena arena = Arena.ofConfined();
        Tensor tensor = Tensor.wrap(arena.allocate(4 * shape.numel(), 64), shape, DType.F32);
        Tensor expected = Tensor.empty(shape, DType.F32)) {
      for (Tensor each : List.of(tensor, expected)) {
        PhiloxGenerator generator = Generator.philox(7);
        try (CpuQueue queue = queue()) {
          for (int i = 0; i < MATRICES; i++) {
            queue.fill(each.select(0, i), fill, generator);
          }
        }
      }
      assertEquals(-1, expected.segment().mismatch(tensor.segment()));
    }
    assertTrue(threads.size() >= 2); // two queues, each with its helper
  }

  @ParameterizedTest
  @EnumSource(Fill.Orthogonal.Method.class)
  void whatOverlapsStaysInOrder(Fill.Orthogonal.Method method) {
    Fill.Orthogonal matrix = new Fill.Orthogonal(1, method);
    PhiloxGenerator generator = Generator.philox(1);
    try (Tensor tensor = Tensor.empty(Shape.of(3, 4, 4), DType.F32)) {
      try (CpuQueue queue = queue()) {
        queue.fill(tensor, CONSTANT, generator);
        queue.fill(tensor.select(0, 0), matrix, generator);
        queue.fill(tensor.select(0, 1), matrix, generator);
        queue.fill(tensor.select(0, 1).narrow(0, 1, 2), CONSTANT, generator);
      }
      assertTrue(Math.abs(tensor.get(0, 0, 0)) <= 1.001 && tensor.get(0, 0, 0) != 3);
      assertEquals(3, tensor.get(1, 1, 0));
      assertTrue(Math.abs(tensor.get(1, 3, 0)) <= 1.001);
      assertEquals(3, tensor.get(2, 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource(Fill.Orthogonal.Method.class)
  void whatIsClosedBeforeItsTurnIsNotWritten(Fill.Orthogonal.Method method) {
    Tensor tensor = Tensor.empty(Shape.of(4, 4), DType.F32);
    CpuQueue queue = queue();
    queue.fill(tensor, new Fill.Orthogonal(1, method), Generator.philox(1));
    tensor.close();
    assertThrows(IllegalStateException.class, queue::close);
  }
}
