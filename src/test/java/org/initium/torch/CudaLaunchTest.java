package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.initium.DType;
import org.junit.jupiter.params.ParameterizedTest;
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
  @EnumSource(DType.class)
  void aPartHasTheNumbersOfTheWholeAndFewMoreDrawsThanElements(DType dtype) {
    CudaLaunch whole = new CudaLaunch(70, 100_000, 12, THREADS);
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
}
