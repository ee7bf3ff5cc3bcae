// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Intel oneMKL's vector statistics library, 1e7 f32 values of one thread, by the least processor
 * time of many calls: uniforms of its Philox, normals of every generator and method that it has.
 * Needs MKL_THREADING_LAYER=GNU, and a folder for the libraries as its argument.
 */
final class MklTime {
  private static final int COUNT = 10_000_000;
  private static final double SECONDS = 1.0;

  /** VSL_BRNG_*: multiples of 2^20. */
  private static final Map<String, Integer> GENERATORS =
      new TreeMap<>(
          Map.of(
              "mcg31",
              1,
              "r250",
              2,
              "mrg32k3a",
              3,
              "mcg59",
              4,
              "mt19937",
              8,
              "mt2203",
              9,
              "sfmt19937",
              13,
              "ars5",
              15,
              "philox4x32x10",
              16));

  private static final String[] GAUSSIANS = {"boxmuller", "boxmuller2", "icdf"};
  private static final String[] LIBRARIES = {
    "rt",
    "core",
    "gnu_thread",
    "intel_lp64",
    "def",
    "avx2",
    "avx512",
    "vml_def",
    "vml_avx2",
    "vml_avx512",
    "mc3",
    "vml_mc3",
    "vml_cmpt"
  };

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private MklTime() {}

  public static void main(String[] args) throws Throwable {
    Path folder = unpack(Path.of(args[0]));
    SymbolLookup mkl = SymbolLookup.libraryLookup(folder.resolve("libmkl_rt.so.2"), Arena.global());
    Linker linker = Linker.nativeLinker();
    MethodHandle newStream =
        linker.downcallHandle(
            mkl.findOrThrow("vslNewStream"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    FunctionDescriptor law =
        FunctionDescriptor.of(
            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_FLOAT, JAVA_FLOAT);
    MethodHandle uniform = linker.downcallHandle(mkl.findOrThrow("vsRngUniform"), law);
    MethodHandle gaussian = linker.downcallHandle(mkl.findOrThrow("vsRngGaussian"), law);
    MemorySegment values = Arena.global().allocate(4L * COUNT, 64);
    for (Map.Entry<String, Integer> generator : GENERATORS.entrySet()) {
      MemorySegment stream = Arena.global().allocate(ADDRESS);
      check((int) newStream.invokeExact(stream, generator.getValue() << 20, 1));
      MemorySegment handle = stream.get(ADDRESS, 0);
      say("uniform", generator.getKey(), least(uniform, 0, handle, values));
      for (int method = 0; method < GAUSSIANS.length; method++) {
        say(
            "gaussian " + GAUSSIANS[method],
            generator.getKey(),
            least(gaussian, method, handle, values));
      }
    }
  }

  private static void say(String law, String generator, double milliseconds) {
    System.out.printf(Locale.ROOT, "%s|%s|%.3f%n", law, generator, milliseconds);
  }

  private static double least(
      MethodHandle law, int method, MemorySegment stream, MemorySegment values) throws Throwable {
    long least = Long.MAX_VALUE;
    long begun = THREADS.getCurrentThreadCpuTime();
    for (long now = begun; now - begun < SECONDS * 1e9; ) {
      check((int) law.invokeExact(method, stream, COUNT, values, 0f, 1f));
      long after = THREADS.getCurrentThreadCpuTime();
      least = Math.min(least, after - now);
      now = after;
    }
    return least / 1e6;
  }

  private static void check(int status) {
    if (status != 0) {
      throw new IllegalStateException("VSL gave status " + status);
    }
  }

  private static Path unpack(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String library : LIBRARIES) {
      String file = "libmkl_" + library + ".so.2";
      Path target = folder.resolve(file);
      if (!Files.exists(target)) {
        try (InputStream in =
            MklTime.class.getResourceAsStream("/org/bytedeco/mkl/linux-x86_64/" + file)) {
          Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    return folder;
  }
}
