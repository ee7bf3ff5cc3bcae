// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.initium.testing.Levels;
import org.initium.torch.kernel.TorchTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tensors between pages that nothing may touch: a store one element outside ends the process. */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "mprotect is called by its Linux numbers")
class GuardPagesTest {
  private static final long PAGE = 4096;
  private static final long ROOM = 8 * PAGE;
  private static final List<Fill> FILLS =
      List.of(
          new Fill.Constant(1),
          new Fill.Uniform(0, 1),
          new Fill.Normal(0, 1),
          new Fill.TruncatedNormal(0, 1, -2, 2));

  /** What the process runs; an argument says how many elements too many are filled. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] arguments) throws Throwable {
      long outside = Long.parseLong(arguments[0]);
      long start = guarded();
      for (DType dtype : DTypes.FLOATS) {
        for (Fill fill : FILLS) {
          for (int n = 1; n < 300; n++) {
            fill(start, n + outside, dtype, fill);
            fill(start + ROOM - n * dtype.bytes(), n + outside, dtype, fill);
          }
          for (int n = 1000; n < 2100; n += 97) {
            fill(start + ROOM - n * dtype.bytes(), n + outside, dtype, fill);
          }
        }
        for (int rows = 1; rows < 40; rows++) {
          long bytes = (long) rows * rows * dtype.bytes();
          fill(start + ROOM - bytes, Shape.of(rows, rows), dtype, new Fill.Eye(1));
          fill(start + ROOM - bytes, Shape.of(rows, rows), dtype, new Fill.Hadamard(1));
          fill(start + ROOM - bytes, Shape.of(rows, rows), dtype, new Fill.Sparse(0.3, 1));
          fill(start, Shape.of(rows, rows), dtype, new Fill.Sparse(0.3, 1));
        }
        for (int n = 1; n < 300 && TorchTypes.draws(dtype); n++) {
          torch(start, n, dtype);
          torch(start + ROOM - n * dtype.bytes(), n, dtype);
        }
      }
      System.out.println("all inside");
    }

    private static void torch(long address, long n, DType dtype) {
      for (Fill fill : List.of(new Fill.Uniform(0, 1), new Fill.Normal(0, 1))) {
        try (Tensor tensor = Tensor.wrap(Device.CPU, address, Shape.of(n), dtype)) {
          Fills.fill(tensor, fill, Generator.torchCpu(1));
          Fills.fill(tensor, fill, Generator.parse("torch-cuda(sms=2, threads=512)", 1));
        }
      }
    }

    private static void fill(long address, long n, DType dtype, Fill fill) {
      fill(address, Shape.of(n), dtype, fill);
    }

    private static void fill(long address, Shape shape, DType dtype, Fill fill) {
      try (Tensor tensor = Tensor.wrap(Device.CPU, address, shape, dtype)) {
        Fills.fill(tensor, fill, Generator.philox(1));
      }
    }

    @SuppressWarnings("restricted") // pages that nothing may touch are made by the C library
    private static long guarded() throws Throwable {
      Linker linker = Linker.nativeLinker();
      MethodHandle mmap =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("mmap"),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
      MethodHandle mprotect =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("mprotect"),
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
      long all = (long) mmap.invokeExact(0L, ROOM + 2 * PAGE, 3, 0x22, -1, 0L);
      assertEquals(0, (int) mprotect.invokeExact(all, PAGE, 0));
      assertEquals(0, (int) mprotect.invokeExact(all + PAGE + ROOM, PAGE, 0));
      return all + PAGE;
    }
  }

  private static Process filling(String level, int outside) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dinitium.native=" + level,
            "-Xmx256m",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "-cp",
            System.getProperty("java.class.path"),
            Filling.class.getName(),
            Integer.toString(outside))
        .redirectErrorStream(true)
        .start();
  }

  @Test
  void nothingIsWrittenOutside() throws Exception {
    for (String level : List.of("v2", "v3", "v4", "v4-bf16")) {
      if (Levels.has(level)) {
        Process process = filling(level, 0);
        String printed = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals("all inside\n", printed, level);
      }
    }
  }

  @Test
  void aStoreOutsideIsSeen() throws Exception {
    Process process = filling("auto", 1);
    String printed = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    assertFalse(printed.contains("all inside"), printed);
    assertTrue(process.exitValue() != 0 && printed.contains("SIGSEGV"), printed);
  }
}
