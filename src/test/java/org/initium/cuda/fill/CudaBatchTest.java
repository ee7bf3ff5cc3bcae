// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fills that are queued together are what they are one after the other, in few launches. */
@CudaTest
class CudaBatchTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);

  /** One memory, cut into tensors of sizes around every tail, the last a shard of a larger one. */
  private static byte[] filled(Device device, DType dtype, PhiloxGenerator generator) {
    try (Tensor memory = Tensor.empty(Shape.of(1 << 16), dtype, device);
        Stream stream = Backend.of(device).newStream(device)) {
      FillBatch batch = new FillBatch();
      batch.add(memory, new Fill.Constant(-77), generator);
      long at = 0;
      for (int size = 0; size < 70; size++) {
        Tensor part = memory.narrow(0, at, size);
        batch.add(part, Fills.ANY_SHAPE.get(size % Fills.ANY_SHAPE.size()), generator);
        at += size;
      }
      for (Fill fill : Fills.ANY_SHAPE) {
        batch.add(memory.narrow(0, at, 5001), fill, generator.fork(fill.toString()));
        at += 5001;
        Tensor shard = memory.narrow(0, at, 700).reshape(7, 100).shardOf(Shape.of(50, 100), 13, 0);
        batch.add(shard, fill, generator);
        at += 700;
      }
      batch.queue(stream);
      assertEquals(0, batch.size());
      stream.synchronize();
      try (Tensor read = memory.toCpu()) {
        return read.segment().toArray(ValueLayout.JAVA_BYTE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void hasTheBitsOfTheCpu(DType dtype) {
    for (long offset : new long[] {0, 6, 262143, (1L << 50) + 5}) {
      PhiloxGenerator ours = Generator.philox(0x123456789abcdefL, offset);
      PhiloxGenerator theirs = ours.copy();
      assertArrayEquals(filled(Device.CPU, dtype, ours), filled(DEVICE, dtype, theirs));
      assertEquals(ours.offset(), theirs.offset());
    }
  }

  /** The biases and norms of a model. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void hundredsOfFillsTakeFewLaunches(SoftDevice device) {
    List<Tensor> tensors = new ArrayList<>();
    FillBatch batch = new FillBatch();
    for (int i = 0; i < 400; i++) {
      DType dtype = i % 5 == 0 ? DType.F32 : DType.BF16;
      tensors.add(Tensor.empty(Shape.of(64 + i), dtype, DEVICE));
      batch.add(
          tensors.getLast(), Fills.ANY_SHAPE.get(i % Fills.ANY_SHAPE.size()), Generator.philox(i));
    }
    try (Stream stream = BACKEND.newStream(DEVICE)) {
      long before = device.calls("cuLaunchKernel");
      batch.queue(stream);
      long launches = device.calls("cuLaunchKernel") - before;
      assertTrue(launches <= 2 + 400 / JoinedElements.PIECES, launches + " launches");
      stream.synchronize();
    } finally {
      tensors.forEach(Tensor::close);
    }
  }

  @Test
  void whatOverlapsStaysInOrder() {
    List<byte[]> bytes = new ArrayList<>();
    for (Device device : List.of(Device.CPU, DEVICE)) {
      try (Tensor tensor = Tensor.empty(Shape.of(40, 30), DType.F32, device);
          Stream stream = Backend.of(device).newStream(device)) {
        Generator generator = Generator.philox(1);
        new FillBatch()
            .add(tensor, new Fill.Normal(0, 1), generator)
            .add(tensor.narrow(0, 3, 20), new Fill.Constant(3), generator)
            .add(tensor.narrow(0, 5, 2), new Fill.Uniform(0, 1), generator)
            .add(tensor.narrow(1, 5, 2), new Fill.Constant(4), generator)
            .add(tensor.narrow(0, 39, 1), new Fill.Constant(5), generator)
            .add(tensor.narrow(0, 30, 10).narrow(1, 20, 10), new Fill.Eye(2), generator)
            .add(tensor.narrow(0, 38, 2), new Fill.Normal(0, 2), generator)
            .add(tensor.narrow(0, 0, 1), new Fill.Constant(6), Generator.torchCpu(1))
            .queue(stream);
        stream.synchronize();
        try (Tensor read = tensor.toCpu()) {
          bytes.add(read.segment().toArray(ValueLayout.JAVA_BYTE));
        }
      }
    }
    assertArrayEquals(bytes.getFirst(), bytes.getLast());
  }

  @Test
  void whatIsRefusedDrawsNothing() {
    PhiloxGenerator generator = Generator.philox(1);
    try (Tensor open = Tensor.empty(Shape.of(5), DType.F32, DEVICE);
        Stream stream = BACKEND.newStream(DEVICE)) {
      Tensor closed = Tensor.empty(Shape.of(5), DType.F32, DEVICE);
      FillBatch batch = new FillBatch();
      Fill normal = new Fill.Normal(0, 1);
      batch.add(open, normal, generator).add(closed, normal, generator);
      closed.close();
      assertThrows(IllegalStateException.class, () -> batch.queue(stream));
      FillBatch elsewhere = new FillBatch().add(open, normal, generator);
      Stream cpu = Backend.of(Device.CPU).defaultStream(Device.CPU);
      assertThrows(IllegalArgumentException.class, () -> elsewhere.queue(cpu));
      Fill eye = new Fill.Eye(1);
      assertThrows(IllegalArgumentException.class, () -> elsewhere.add(open, eye, generator));
      assertEquals(0, generator.offset());
    }
  }

  @Test
  void isCapturedAndReplayed() {
    PhiloxGenerator generator = Generator.philox(3);
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor memory = Tensor.empty(Shape.of(500), DType.F32, DEVICE);
        Tensor expected = Tensor.empty(Shape.of(500), DType.F32)) {
      queue(expected, generator.copy(), Backend.of(Device.CPU).defaultStream(Device.CPU));
      queue(memory, generator.copy(), stream); // compiles, and makes the table
      stream.synchronize();
      CUstream handle = CudaLife.stream(stream);
      CUgraph graph = new CUgraph();
      assertEquals(0, JCudaDriver.cuStreamBeginCapture(handle, 1));
      queue(memory, generator, stream);
      assertEquals(0, JCudaDriver.cuStreamEndCapture(handle, graph));
      memory.fill(new Fill.Constant(0), generator, stream);
      CUgraphExec executable = new CUgraphExec();
      assertEquals(
          0,
          JCudaDriver.cuGraphInstantiate(executable, graph, new CUgraphNode(), new byte[512], 512));
      assertEquals(0, JCudaDriver.cuGraphLaunch(executable, handle));
      stream.synchronize();
      try (Tensor read = memory.toCpu()) {
        assertEquals(-1, read.segment().mismatch(expected.segment()));
      }
      assertEquals(0, JCudaDriver.cuGraphExecDestroy(executable));
      assertEquals(0, JCudaDriver.cuGraphDestroy(graph));
    }
  }

  private static void queue(Tensor memory, Generator generator, Stream stream) {
    FillBatch batch = new FillBatch();
    for (int i = 0; i < Fills.ANY_SHAPE.size(); i++) {
      batch.add(memory.narrow(0, 100 * i, 100), Fills.ANY_SHAPE.get(i), generator);
    }
    batch.queue(stream);
  }
}
