// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.DType;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Stream.Event;
import org.initium.Tensor;
import org.initium.cuda.fill.LawTables;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory, streams, contexts and threads. */
@CudaTest
class CudaLifeTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final Fill NORMAL = new Fill.Normal(0, 1);
  private static final Shape SHAPE = Shape.of(5000);

  private static byte[] bytes(Tensor tensor) {
    try (Tensor read = tensor.toCpu()) {
      return read.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static byte[] onCpu(Fill fill, long seed, long offset) {
    try (Tensor tensor = Tensor.empty(SHAPE, DType.F32)) {
      return bytes(Fills.fill(tensor, fill, Generator.philox(seed, offset)));
    }
  }

  @Test
  void devicesAreDescribed() {
    List<DeviceInfo> devices = BACKEND.devices();
    assertTrue(devices.size() >= 1);
    DeviceInfo first = devices.getFirst();
    assertEquals(DEVICE, first.device());
    assertTrue(first.memoryBytes() > 0);
    assertTrue(first.details().startsWith("compute capability "), first.details());
    assertTrue(first.details().contains("driver for CUDA "), first.details());
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class,
            () -> Tensor.empty(SHAPE, DType.F32, Device.cuda(99)));
    assertTrue(e.getMessage().contains("cuda:99"), e.getMessage());
  }

  @Test
  void memoryOfSomeoneElsesIsFilledAndNotFreed() {
    try (Storage storage = BACKEND.allocate(DEVICE, 40000)) {
      Tensor wrapped = Tensor.wrap(DEVICE, storage.address() + 4000, SHAPE, DType.F32);
      Fills.fill(wrapped, NORMAL, Generator.philox(3));
      assertFalse(wrapped.storage().owned());
      wrapped.close();
      Tensor again = Tensor.wrap(DEVICE, storage.address() + 4000, SHAPE, DType.F32);
      assertArrayEquals(onCpu(NORMAL, 3, 0), bytes(again));
    }
    assertThrows(IllegalArgumentException.class, () -> BACKEND.wrap(DEVICE, 0, 4));
  }

  /** A kernel that touched such memory would lose the context for the whole process. */
  @Test
  void addressesThatWouldLoseTheContextAreRefused() {
    try (Storage storage = BACKEND.allocate(DEVICE, 40000)) {
      for (DType dtype : DType.values()) {
        if (dtype.bytes() == 1) {
          continue; // every address is a multiple of that
        }
        long odd = storage.address() + dtype.bytes() / 2;
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class, () -> Tensor.wrap(DEVICE, odd, SHAPE, dtype));
        assertTrue(e.getMessage().contains("0x%x on cuda:0".formatted(odd)), e.getMessage());
        Storage shifted = BACKEND.wrap(DEVICE, odd, 8 * SHAPE.numel());
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(shifted, SHAPE, dtype));
      }
    }
    try (Tensor host = Tensor.empty(SHAPE, DType.F32)) {
      long address = host.storage().address();
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> Tensor.wrap(DEVICE, address, SHAPE, DType.F32));
      assertTrue(e.getMessage().contains("cuda:0 can reach"), e.getMessage());
    }
  }

  @Test
  void closedThingsAreRefusedAndClosingTwiceIsNothing() {
    Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE);
    Stream stream = BACKEND.newStream(DEVICE);
    Event event = stream.record();
    event.close();
    event.close();
    assertThrows(IllegalStateException.class, event::synchronize);
    assertThrows(IllegalStateException.class, () -> stream.await(event));
    stream.close();
    stream.close();
    assertThrows(IllegalStateException.class, stream::synchronize);
    PhiloxGenerator generator = Generator.philox(1);
    assertThrows(IllegalStateException.class, () -> tensor.fill(NORMAL, generator, stream));
    assertEquals(0, generator.offset(), "a refused fill draws nothing");
    tensor.close();
    tensor.close();
    assertThrows(IllegalStateException.class, () -> Fills.fill(tensor, NORMAL, generator));
    assertThrows(IllegalStateException.class, tensor::toCpu);
    assertThrows(UnsupportedOperationException.class, () -> hostView(BACKEND));
  }

  private static void hostView(Backend backend) {
    try (Storage storage = backend.allocate(DEVICE, 16)) {
      storage.segment();
    }
  }

  @Test
  void closeWaitsForTheWorkThatIsQueued() {
    try (Stream stream = BACKEND.newStream(DEVICE);
        Stream other = BACKEND.newStream(DEVICE)) {
      for (int i = 0; i < 5; i++) {
        Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE);
        tensor.fill(NORMAL, Generator.philox(1), stream);
        tensor.fill(new Fill.Constant(1), Generator.philox(1), other);
        tensor.close();
        Fill orthogonal = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
        try (Tensor matrix = Tensor.empty(Shape.of(130, 10), DType.F32, DEVICE)) {
          matrix.fill(orthogonal, Generator.philox(1), i % 2 == 0 ? stream : other);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void eventsOrderStreams(long seed) {
    CudaLife.seed(seed);
    try (Stream first = BACKEND.newStream(DEVICE);
        Stream second = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE)) {
      for (int i = 0; i < 4; i++) {
        tensor.fill(new Fill.Constant(i), Generator.philox(1), first);
        try (Event event = first.record()) {
          second.await(event);
        }
        tensor.fill(NORMAL, Generator.philox(i), second);
        try (Event event = second.record()) {
          first.await(event);
        }
      }
      first.synchronize();
      second.synchronize();
      assertArrayEquals(onCpu(NORMAL, 3, 0), bytes(tensor));
    }
  }

  @Test
  void copiesReachPageLockedAndOtherMemory() {
    int bytes = 9_000_001;
    byte[] data = new byte[bytes];
    new java.util.Random(1).nextBytes(data);
    try (Storage storage = BACKEND.allocate(DEVICE, bytes);
        Storage pinned = BACKEND.allocateHost(DEVICE, bytes);
        Stream stream = BACKEND.newStream(DEVICE)) {
      BACKEND.copyFromHost(MemorySegment.ofArray(data), storage, 0, stream);
      BACKEND.copyToHost(storage, 0, pinned.segment(), stream);
      stream.synchronize();
      assertEquals(-1, pinned.segment().mismatch(MemorySegment.ofArray(data)));
      pinned.segment().fill((byte) 7);
      BACKEND.copyFromHost(pinned.segment().asSlice(0, 1000), storage, 500, stream);
      byte[] back = new byte[2000];
      BACKEND.copyToHost(storage, 0, MemorySegment.ofArray(back), stream);
      stream.synchronize();
      assertEquals(data[499], back[499]);
      assertEquals(7, back[500]);
      assertEquals(7, back[1499]);
      assertEquals(data[1500], back[1500]);
      assertThrows(
          IllegalArgumentException.class,
          () -> BACKEND.copyToHost(storage, bytes - 5, MemorySegment.ofArray(back), stream));
    }
  }

  @Test
  void theCallersContextStaysCurrent() {
    BACKEND.devices();
    CUdevice device = new CUdevice();
    assertEquals(0, JCudaDriver.cuDeviceGet(device, 0));
    CUcontext own = new CUcontext();
    assertEquals(0, JCudaDriver.cuDevicePrimaryCtxRetain(own, device));
    for (CUcontext before : List.of(new CUcontext(), own)) {
      assertEquals(0, JCudaDriver.cuCtxSetCurrent(before));
      try (Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE)) {
        Fills.fill(tensor, NORMAL, Generator.philox(1));
        bytes(tensor);
      }
      assertThrows(IllegalArgumentException.class, () -> BACKEND.allocate(DEVICE, -1));
      CUcontext after = new CUcontext();
      assertEquals(0, JCudaDriver.cuCtxGetCurrent(after));
      assertEquals(before, after);
    }
    assertEquals(0, JCudaDriver.cuCtxSetCurrent(new CUcontext()));
    assertEquals(0, JCudaDriver.cuDevicePrimaryCtxRelease(device));
  }

  @Test
  void aStreamOfSomeoneElsesIsUsedAndNotDestroyed() {
    try (Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE);
        Stream own = BACKEND.newStream(DEVICE)) {
      Stream wrapped = BACKEND.wrapStream(DEVICE, own.handle());
      tensor.fill(NORMAL, Generator.philox(8), wrapped);
      wrapped.synchronize();
      wrapped.close();
      assertDoesNotThrow(own::synchronize);
      assertArrayEquals(onCpu(NORMAL, 8, 0), bytes(tensor));
    }
  }

  @Test
  void streamsOfAnotherDeviceAreRefused() {
    if (BACKEND.devices().size() < 2) {
      System.out.println("one CUDA device: its streams cannot be mixed up with another's");
      return;
    }
    try (Tensor tensor = Tensor.empty(SHAPE, DType.F32, DEVICE);
        Stream other = BACKEND.newStream(Device.cuda(1))) {
      assertThrows(
          IllegalArgumentException.class, () -> tensor.fill(NORMAL, Generator.philox(1), other));
      assertThrows(
          IllegalArgumentException.class,
          () -> BACKEND.copyToHost(tensor.storage(), 0, MemorySegment.NULL, other));
    }
  }

  @Test
  void manyThreadsFillAtTheSameTime() throws Exception {
    List<Fill> fills =
        List.of(
            NORMAL,
            new Fill.Uniform(0, 1),
            new Fill.Constant(2),
            new Fill.TruncatedNormal(0, 1, -2, 2));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        int number = t;
        work.add(
            threads.submit(
                () -> {
                  Fill fill = fills.get(number % fills.size());
                  Device device = Device.cuda(number / 4 % BACKEND.devices().size());
                  try (Stream stream = BACKEND.newStream(device);
                      Tensor tensor = Tensor.empty(SHAPE, DType.F32, device)) {
                    tensor.fill(fill, Generator.philox(number), stream);
                    stream.synchronize();
                    assertArrayEquals(onCpu(fill, number, 0), bytes(tensor));
                  }
                  return null;
                }));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
  }

  @Test
  void fillsAreCapturedAndReplayed() {
    Fill truncated = new Fill.TruncatedNormal(0, 1, -2, 2);
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor one = Tensor.empty(SHAPE, DType.F32, DEVICE);
        Tensor two = Tensor.empty(SHAPE, DType.F32, DEVICE)) {
      PhiloxGenerator generator = Generator.philox(5);
      one.fill(NORMAL, generator.copy(), stream); // compiles
      two.fill(truncated, generator.copy(), stream); // and makes the table
      stream.synchronize();
      CUstream handle = CudaLife.stream(stream);
      CUgraph graph = new CUgraph();
      assertEquals(0, JCudaDriver.cuStreamBeginCapture(handle, 1));
      one.fill(NORMAL, generator, stream);
      two.fill(truncated, generator, stream);
      assertEquals(0, JCudaDriver.cuStreamEndCapture(handle, graph));
      assertEquals(10000, generator.offset(), "a capture moves the generator");
      CUgraphExec executable = new CUgraphExec();
      assertEquals(
          0,
          JCudaDriver.cuGraphInstantiate(executable, graph, new CUgraphNode(), new byte[512], 512));
      for (int replay = 0; replay < 2; replay++) {
        Fills.fill(one, new Fill.Constant(0), generator);
        Fills.fill(two, new Fill.Constant(0), generator);
        assertEquals(0, JCudaDriver.cuGraphLaunch(executable, handle));
        stream.synchronize();
        assertArrayEquals(onCpu(NORMAL, 5, 0), bytes(one));
        assertArrayEquals(onCpu(truncated, 5, 5000), bytes(two));
        assertEquals(10000, generator.offset(), "a replay does not");
      }
      assertEquals(0, JCudaDriver.cuGraphExecDestroy(executable));
      assertEquals(0, JCudaDriver.cuGraphDestroy(graph));
    }
  }

  @Test
  void aTableInUseOutlivesManyOthers() {
    Gpu gpu = Gpus.of(DEVICE);
    float[] values = new float[16];
    try (CudaLife.Context _ = CudaLife.enter(gpu);
        LawTables.Table used = lease(gpu, 0, values)) {
      for (int i = 1; i < 200; i++) {
        lease(gpu, i, values).close();
      }
      assertTrue(used.address() != 0, "throws where the memory was freed");
    }
  }

  private static LawTables.Table lease(Gpu gpu, int mean, float[] values) {
    Fill.TruncatedNormal fill = new Fill.TruncatedNormal(mean, 1, mean - 1, mean + 1);
    return LawTables.ALL.of(gpu).lease(fill, values);
  }
}
