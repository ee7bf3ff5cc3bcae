// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.dlpack.BorrowedTensor;
import org.initium.dlpack.DLPack;
import org.initium.initializer.Init;
import org.initium.random.Generator;

/** A program with a Python in its process; run by {@link PythonDLPackTest}. */
@SuppressWarnings("restricted")
final class Embedded {
  private static final List<DType> NUMPYS = List.of(DType.F32, DType.F64, DType.F16);
  private static final List<DType> DTYPES =
      List.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.F8_E4M3FN, DType.F8_E5M2);

  private final SymbolLookup python;

  /** Python's own modules look for its functions among those of the whole process. */
  private Embedded(Path library) throws Throwable {
    int nowAndForAll = 0x102;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment opened =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(
                      Linker.nativeLinker().defaultLookup().findOrThrow("dlopen"),
                      FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT))
                  .invokeExact(arena.allocateFrom(library.toString()), nowAndForAll);
      check(opened.address() != 0, library + " cannot be loaded");
    }
    python = SymbolLookup.libraryLookup(library, Arena.global());
  }

  public static void main(String[] args) throws Throwable {
    Embedded embedded = new Embedded(library(args[0]));
    embedded.run(SETUP, ask(args[0], "import sys; print(sys.path)"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(JAVA_LONG);
      for (DType dtype : DTYPES) {
        embedded.lend(dtype);
        embedded.borrow(dtype, answer);
      }
      embedded.refuse(answer);
    }
    System.out.println("all is well");
    System.out.flush();
    exit(0);
  }

  private static final String SETUP =
      """
      import sys
      sys.path = %s
      import ctypes, numpy, torch
      new = ctypes.pythonapi.PyCapsule_New
      new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
      rename = ctypes.pythonapi.PyCapsule_SetName
      rename.argtypes = [ctypes.py_object, ctypes.c_char_p]
      pointer = ctypes.pythonapi.PyCapsule_GetPointer
      pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
      used = ctypes.c_char_p(b"used_dltensor_versioned")
      class Lent:
          def __init__(self, address): self.address = address
          def __dlpack__(self, **_): return new(self.address, b"dltensor_versioned", None)
          def __dlpack_device__(self): return (1, 0)
      def take(array, answer):
          capsule = array.__dlpack__(max_version=(1, 1))
          ctypes.c_int64.from_address(answer).value = pointer(capsule, b"dltensor_versioned")
          rename(capsule, used)
      """;

  private static Path library(String python) throws Exception {
    return Path.of(
        ask(
                python,
                "import sysconfig as s, os; print(os.path.join(s.get_config_var('LIBDIR'),"
                    + " s.get_config_var('INSTSONAME')))")
            .strip());
  }

  private static String ask(String python, String program) throws Exception {
    Process process = new ProcessBuilder(python, "-c", program).start();
    String answer = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return answer;
  }

  private void call(String name) throws Throwable {
    Linker.nativeLinker()
        .downcallHandle(python.findOrThrow(name), FunctionDescriptor.ofVoid())
        .invokeExact();
  }

  private boolean started;

  private void run(String program, Object... values) throws Throwable {
    if (!started) {
      call("Py_Initialize");
      started = true;
    }
    try (Arena arena = Arena.ofConfined()) {
      int status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      python.findOrThrow("PyRun_SimpleString"),
                      FunctionDescriptor.of(JAVA_INT, ADDRESS))
                  .invokeExact(arena.allocateFrom(program.formatted(values)));
      check(status == 0, "Python failed, and printed why");
    }
  }

  /** At once: torch's destructors would wait for Python's lock, which this thread holds. */
  private static void exit(int status) throws Throwable {
    Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("_exit"),
            FunctionDescriptor.ofVoid(JAVA_INT))
        .invokeExact(status);
  }

  private static void check(boolean right, String wrong) throws Throwable {
    if (!right) {
      System.out.println(wrong);
      System.out.flush();
      exit(1);
    }
  }

  /** torch and NumPy see what a tensor of ours is filled with after they have taken it. */
  private void lend(DType dtype) throws Throwable {
    try (Tensor tensor = Tensor.empty(Shape.of(3, 5), dtype)) {
      boolean numpy = NUMPYS.contains(dtype);
      run("t = torch.from_dlpack(Lent(%d))", DLPack.export(tensor.transpose(0, 1)).address());
      if (numpy) {
        run("n = numpy.from_dlpack(Lent(%d))", DLPack.export(tensor.transpose(0, 1)).address());
      }
      tensor.fill(Init.uniform(1, 2), Generator.philox(7));
      run("assert list(t.shape) == [5, 3] and t.element_size() == %d, t", dtype.bytes());
      run("assert t[4, 1].item() == %s, t", Double.toString(tensor.get(1, 4)));
      if (numpy) {
        run("assert n.shape == (5, 3) and n[4, 1] == %s, n", Double.toString(tensor.get(1, 4)));
      }
      check(DLPack.liveExports() == (numpy ? 2 : 1), "exports are not live");
      run("t = n = None");
      check(DLPack.liveExports() == 0, "deleters were not called");
    }
  }

  /** We fill what torch and NumPy lend. */
  private void borrow(DType dtype, MemorySegment answer) throws Throwable {
    String name = dtype.toString().replaceFirst("^(b?)f", "$1float");
    run("t = torch.zeros(4, 6, dtype=torch.%s); take(t[:, 1:3], %d)", name, answer.address());
    try (BorrowedTensor borrowed = DLPack.borrow(answer.get(JAVA_LONG, 0))) {
      borrowed.tensor().fill(Init.constant(2), Generator.philox(7));
    }
    run("assert t.double().sum().item() == 16 and t[3, 2].item() == 2, t");
    if (NUMPYS.contains(dtype)) {
      run("n = numpy.zeros((4, 6), numpy.%s); take(n.T[1:3], %d)", name, answer.address());
      try (BorrowedTensor borrowed = DLPack.borrow(answer.get(JAVA_LONG, 0))) {
        borrowed.tensor().fill(Init.constant(2), Generator.philox(7));
      }
      run("assert n.sum() == 16 and n[3, 2] == 2, n");
    }
  }

  private void refuse(MemorySegment answer) throws Throwable {
    run(
        "n = numpy.zeros(3, numpy.float32); n.flags.writeable = False; take(n, %d)",
        answer.address());
    try (BorrowedTensor borrowed = DLPack.borrow(answer.get(JAVA_LONG, 0))) {
      check(false, "a read-only array was borrowed: " + borrowed.tensor());
    } catch (IllegalArgumentException e) {
      check(e.getMessage().contains("read-only"), e.getMessage());
    }
    run("n = None");
  }
}
