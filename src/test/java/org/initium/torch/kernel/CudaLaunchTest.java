// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.initium.DType;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCudaGenerator;
import org.initium.spi.StridedLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CudaLaunchTest {
  private static final int THREADS = 512;

  /** Where element {@code at} of the tensor comes from: block, thread and component. */
  private static long[] source(CudaLaunch launch, long at, DType dtype) {
    long index = at - launch.start();
    long row = index / launch.threads();
    int width = CudaLaunch.width(dtype);
    return new long[] {
      launch.offset() / 4 + row / width, index % launch.threads(), Math.floorMod(row, width)
    };
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void aPartHasTheNumbersOfTheWholeAndFewMoreDrawsThanElements(DType dtype) {
    CudaLaunch whole = new CudaLaunch(70, 100_000, 12, THREADS, 7);
    long end = whole.start() + whole.count();
    long wave = (long) THREADS * CudaLaunch.width(dtype);
    for (long step : new long[] {1000, 2047, 2048, 33_333}) {
      for (long first = whole.start(); first < end; first += step) {
        long last = Math.min(end, first + step);
        CudaLaunch part = whole.within(first, last, dtype);
        assertTrue(part.start() <= first && part.start() + part.count() == last);
        assertTrue(part.count() < last - first + wave, "draws for elements that nobody wants");
        for (long at = first; at < last; at++) {
          long[] expected = source(whole, at, dtype);
          long[] actual = source(part, at, dtype);
          for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i]);
          }
        }
      }
    }
  }

  /**
   * As TensorIterator::with_32bit_indexing does: parts of half the elements, until the last byte of
   * one is less than 2^31 behind its first, and the whole has moved the generator before them.
   */
  @ParameterizedTest
  @CsvSource({
    "f32, 536870912, 1", // 2^29: the last element begins 2^31 - 4 behind the first
    "f32, 536870913, 2",
    "f32, 1073741824, 2",
    "f32, 1073741826, 4", // halves of 2^29 + 1
    "f64, 268435457, 2",
    "bf16, 1073741825, 2"
  })
  void longTensorsAreDrawnInParts(String dtype, long numel, int parts) {
    GpuGeometry gpu = GpuGeometry.of("A100");
    DrawnTensor whole = new DrawnTensor(DType.parse(dtype), StridedLayout.run(numel));
    TorchCudaGenerator generator = Generator.torchCuda(1, gpu);
    List<CudaLaunch> launches = CudaLaunch.of(whole, gpu, generator);
    assertEquals(parts, launches.size());
    long offset = parts == 1 ? 0 : draws(numel, whole.dtype());
    long start = 0;
    for (CudaLaunch launch : launches) {
      assertEquals(start, launch.start());
      assertEquals(offset, launch.offset());
      start += launch.count();
      offset += draws(launch.count(), whole.dtype());
    }
    assertEquals(numel, start);
    assertEquals(offset, generator.offset());
    assertTrue(launches.getFirst().count() <= launches.getLast().count(), "the smaller half first");
  }

  /** By how much a start moves the generator: ((n - 1) / (256 grid unroll) + 1) 4. */
  private static long draws(long numel, DType dtype) {
    return ((numel - 1) / (256L * 108 * 8 * CudaLaunch.width(dtype)) + 1) * 4;
  }
}
