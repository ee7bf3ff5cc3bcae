// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchVersion;

/**
 * A program that compares torch-cpu's numbers with those of a libtorch by its C++ functions, bit
 * for bit; run by {@link VersionNumbersTest}, since a process has room for one libtorch.
 */
@SuppressWarnings("restricted")
final class VersionNumbers {
  /** An empty std::optional of an at::Generator. */
  private static final long NO_GENERATOR = 16;

  /** What of a generator's state the words come of; behind it are normals, kept in double. */
  private static final int WORDS = 24 + 624 * 8;

  private record Law(boolean isUniform, double a, double b) {
    Init init() {
      return isUniform ? Init.uniform(a, b) : Init.normal(a, b);
    }
  }

  private static final List<Law> LAWS =
      List.of(
          new Law(true, 0, 1),
          new Law(true, -0.1, 0.3),
          new Law(true, 1, 1.0078125), // whose upper bound is drawn
          new Law(false, 0, 1),
          new Law(false, 0.5, 0.02));
  private static final long[] ELEMENTS = {1, 5, 15, 16, 17, 40, 1003, 300_001};
  private static final long[] SEEDS = {0, 7, 123_456_789};

  private final Libtorch libtorch;
  private final MethodHandle uniform;
  private final MethodHandle normal;
  private final MethodHandle fromBlob;
  private final MethodHandle delete;

  private VersionNumbers(Path library) {
    libtorch = Libtorch.at(library);
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor draw =
        FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_DOUBLE, JAVA_DOUBLE, ADDRESS);
    String arguments = "ERNS_6TensorEddSt8optionalINS_9GeneratorEE";
    uniform =
        linker.downcallHandle(symbols.findOrThrow("_ZN2at4_ops8uniform_4call" + arguments), draw);
    normal =
        linker.downcallHandle(symbols.findOrThrow("_ZN2at4_ops7normal_4call" + arguments), draw);
    Shim shim = new Shim(library);
    fromBlob = shim.fromBlob();
    delete = shim.delete();
  }

  public static void main(String[] args) throws Throwable {
    VersionNumbers numbers = new VersionNumbers(Path.of(args[0]));
    TorchVersion version = TorchVersion.of(args[1]);
    int compared = 0;
    for (DType dtype : List.of(DType.F16, DType.BF16, DType.F32, DType.F64)) {
      for (long elements : ELEMENTS) {
        for (long seed : SEEDS) {
          for (Law law : LAWS) {
            if (law.isUniform || dtype != DType.F64) { // whose normals are the C library's
              numbers.compare(dtype, elements, seed, law, version);
              compared++;
            }
          }
        }
      }
    }
    System.out.println(compared + " fills are equal");
  }

  private void compare(DType dtype, long elements, long seed, Law law, TorchVersion version)
      throws Throwable {
    TorchCpuGenerator generator = Generator.torchCpu(seed, version);
    libtorch.setGenerator(generator);
    String what = law + " of " + elements + " in " + dtype + " by seed " + seed;
    try (Tensor theirs = Tensor.empty(Shape.of(elements), dtype);
        Tensor ours = Tensor.empty(Shape.of(elements), dtype)) {
      draw(theirs, law);
      ours.fill(law.init(), generator);
      long differs = ours.segment().mismatch(theirs.segment());
      check(differs < 0, what + " differs at byte " + differs);
    }
    byte[] state = libtorch.generator().state();
    check(
        Arrays.equals(state, 0, WORDS, generator.state(), 0, WORDS),
        what + ": the words afterwards differ");
  }

  private void draw(Tensor tensor, Law law) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ADDRESS);
      int status =
          (int)
              fromBlob.invokeExact(
                  tensor.segment(),
                  1L,
                  arena.allocateFrom(JAVA_LONG, tensor.shape().numel()),
                  arena.allocateFrom(JAVA_LONG, 1L),
                  0L,
                  type(tensor.dtype()),
                  0,
                  0,
                  result);
      check(status == 0, "no tensor was made");
      MemorySegment handle = result.get(ADDRESS, 0);
      MethodHandle draw = law.isUniform ? uniform : normal;
      MemorySegment none = arena.allocate(NO_GENERATOR);
      MemorySegment _ = (MemorySegment) draw.invokeExact(handle, law.a, law.b, none);
      check((int) delete.invokeExact(handle) == 0, "the tensor was not deleted");
    }
  }

  /** The number of c10::ScalarType. */
  private static int type(DType dtype) {
    return switch (dtype) {
      case F16 -> 5;
      case F32 -> 6;
      case F64 -> 7;
      case BF16 -> 15;
      default -> throw new AssertionError(dtype);
    };
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }
}
