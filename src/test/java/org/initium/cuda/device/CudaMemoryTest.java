// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.fill.LawTables;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is kept for later use, and what is not. */
@CudaTest
class CudaMemoryTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final Fill TRUNCATED = new Fill.TruncatedNormal(0, 1, -2, 2);
  private static final long BYTES = 64 << 20;

  private static long free() {
    Gpu gpu = Gpus.of(DEVICE);
    return gpu.call(() -> gpu.driver().memoryInfo()[0]);
  }

  /** A server with a stream for each request, and a tensor that all of them fill. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void streamsThatEndedAreForgotten(SoftDevice device) {
    try (Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      CudaStorage storage = (CudaStorage) tensor.storage();
      long events = 0;
      for (int i = 0; i < 300; i++) {
        try (Stream stream = BACKEND.newStream(DEVICE)) {
          tensor.fill(TRUNCATED, Generator.philox(1), stream);
        }
        if (i == 0) {
          events = device.live("event");
        }
      }
      assertTrue(storage.marks() <= 2, storage.marks() + " marks of streams that ended");
      assertEquals(events, device.live("event"));
      int tables = LawTables.ALL.of(Gpus.of(DEVICE)).marks();
      assertTrue(tables <= 2, tables + " marks of streams that ended");
      // Of someone else's streams nobody says when they end.
      for (int i = 0; i < 300; i++) {
        try (Stream theirs = BACKEND.newStream(DEVICE)) {
          Stream wrapped = BACKEND.wrapStream(DEVICE, theirs.handle());
          tensor.fill(TRUNCATED, Generator.philox(1), wrapped);
          wrapped.synchronize();
        }
      }
      assertTrue(storage.marks() <= 66, storage.marks() + " marks of wrapped streams");
      assertTrue(device.live("event") <= events + 66, device.live("event") + " events");
    }
  }

  /** Memory that was freed stays with the process until it is asked for. */
  @Test
  void freedMemoryIsKeptUntilItIsTrimmed() {
    BACKEND.allocate(DEVICE, 16).close();
    long before = free();
    BACKEND.allocate(DEVICE, BYTES).close();
    BACKEND.defaultStream(DEVICE).synchronize();
    Backend.of(DEVICE).trim();
    long trimmed = free();
    assertTrue(trimmed >= before, trimmed + " free after a trim, before " + before);
    BACKEND.allocate(DEVICE, BYTES).close();
    Gpus.of(DEVICE).run(() -> Gpus.of(DEVICE).driver().synchronizeContext());
    assertTrue(free() <= trimmed - BYTES, "what was closed is kept");
  }

  /** What the pool keeps does not stand in the way of what is needed. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void whatIsKeptIsGivenBackBeforeMemoryRunsOut(SoftDevice device) {
    BACKEND.allocate(DEVICE, BYTES).close();
    AtomicLong trims = new AtomicLong(device.calls("cuMemPoolTrimTo"));
    device.setFaults("cuMemAllocFromPoolAsync:1:2");
    try (Storage storage = BACKEND.allocate(DEVICE, BYTES)) {
      assertEquals(BYTES, storage.bytes());
    }
    assertEquals(trims.get() + 1, device.calls("cuMemPoolTrimTo"));
  }
}
