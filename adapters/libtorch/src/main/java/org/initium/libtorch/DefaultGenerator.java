// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * libtorch's default generator of the CPU. Its stable C functions do not reach it, so these are C++
 * functions by their names of the Itanium ABI, called as that of x86-64 has it: a result that is an
 * object is written where the first argument points.
 */
@SuppressWarnings("restricted") // another library is called
final class DefaultGenerator {
  private static final int BYTE = 0; // c10::ScalarType::Byte

  private final Shim shim;
  private final MethodHandle generator;
  private final MethodHandle getState;
  private final MethodHandle setState;
  private final MethodHandle fromBlob;
  private final MethodHandle delete;
  private final MethodHandle malloc;

  /**
   * Finds the functions.
   *
   * @throws UnsupportedOperationException on another processor than x86-64
   */
  DefaultGenerator(Shim shim) {
    if (!System.getProperty("os.arch").equals("amd64") || !LoadedLibrary.isLinux()) {
      throw new UnsupportedOperationException(
          "libtorch's default generator can be reached on Linux x86-64 alone;"
              + " give its state (Generator.get_state) to TorchCpuGenerator.ofState");
    }
    this.shim = shim;
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor two = FunctionDescriptor.ofVoid(ADDRESS, ADDRESS);
    generator =
        linker.downcallHandle(
            shim.function("_ZN2at6detail22getDefaultCPUGeneratorEv"),
            FunctionDescriptor.of(ADDRESS));
    getState = linker.downcallHandle(shim.function("_ZNK2at16CPUGeneratorImpl9get_stateEv"), two);
    setState =
        linker.downcallHandle(
            shim.function("_ZN2at16CPUGeneratorImpl9set_stateERKN3c1010TensorImplE"), two);
    fromBlob = shim.fromBlob();
    delete = shim.delete();
    malloc =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ADDRESS, JAVA_LONG));
  }

  byte[] state() {
    return Shim.calling(
        () -> {
          // An at::Tensor is a pointer to a TensorImpl, which it counts; libtorch deletes it.
          MemorySegment tensor = (MemorySegment) malloc.invokeExact(ADDRESS.byteSize());
          getState.invokeExact(tensor, impl());
          try {
            long count = shim.sizes(tensor.address())[0];
            return MemorySegment.ofAddress(shim.address(tensor.address()))
                .reinterpret(count)
                .toArray(JAVA_BYTE);
          } finally {
            Shim.check((int) delete.invokeExact(tensor));
          }
        });
  }

  /** Sets a state, which is well formed: libtorch would end the process over another. */
  void state(byte[] state) {
    Shim.calling(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, state);
            MemorySegment result = arena.allocate(ADDRESS);
            Shim.check(
                (int)
                    fromBlob.invokeExact(
                        bytes,
                        1L,
                        arena.allocateFrom(JAVA_LONG, state.length),
                        arena.allocateFrom(JAVA_LONG, 1L),
                        0L,
                        BYTE,
                        shim.cpu(),
                        0,
                        result));
            MemorySegment tensor = result.get(ADDRESS, 0).reinterpret(ADDRESS.byteSize());
            try {
              setState.invokeExact(impl(), tensor.get(ADDRESS, 0));
            } finally {
              Shim.check((int) delete.invokeExact(tensor));
            }
          }
          return null;
        });
  }

  /** The at::CPUGeneratorImpl, to which an at::Generator is a pointer. */
  private MemorySegment impl() throws Throwable {
    MemorySegment of = (MemorySegment) generator.invokeExact();
    return of.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
  }
}
