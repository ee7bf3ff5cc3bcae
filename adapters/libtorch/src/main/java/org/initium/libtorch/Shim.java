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
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/** libtorch's stable C functions: torch/csrc/inductor/aoti_torch/c/shim.h. */
@SuppressWarnings("restricted") // another library is called
final class Shim {
  private static final Linker LINKER = Linker.nativeLinker();

  /**
   * {@code AOTITorchError f(AtenTensorHandle, T* result)} of any address: 0 where it went well. One
   * handle for all, since each takes a process's first use milliseconds.
   */
  private static final MethodHandle OF_TENSOR =
      LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** The numbers of c10::Layout and c10::DeviceType, which are part of torch's file formats. */
  private static final int STRIDED = 0;

  private static final int CPU = 0;
  private static final int CUDA = 1;

  private final Path library;
  private final SymbolLookup symbols;
  private final MemorySegment dataPointer;
  private final MemorySegment dim;
  private final MemorySegment sizes;
  private final MemorySegment strides;
  private final MemorySegment dtype;
  private final MemorySegment deviceType;
  private final MemorySegment deviceIndex;
  private final Optional<MemorySegment> layout; // from 2.8 on

  Shim(Path library) {
    this.library = library;
    // A library that is loaded already is opened again, and the same.
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.dataPointer = ofTensor("get_data_ptr");
    this.dim = ofTensor("get_dim");
    this.sizes = ofTensor("get_sizes");
    this.strides = ofTensor("get_strides");
    this.dtype = ofTensor("get_dtype");
    this.deviceType = ofTensor("get_device_type");
    this.deviceIndex = ofTensor("get_device_index");
    this.layout = symbols.find("aoti_torch_get_layout");
  }

  /**
   * A function of libtorch's.
   *
   * @throws IllegalStateException if it has none of that name
   */
  MemorySegment function(String name) {
    return symbols
        .find(name)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    library + " has no " + name + "; libtorch 2.4 to 2.10 were tried"));
  }

  private MemorySegment ofTensor(String name) {
    return function("aoti_torch_" + name);
  }

  /** Makes a tensor of memory, as at::from_blob; its handle goes to the last argument. */
  MethodHandle fromBlob() {
    return LINKER.downcallHandle(
        function("aoti_torch_create_tensor_from_blob"),
        FunctionDescriptor.of(
            JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
            ADDRESS));
  }

  /** Gives a tensor's handle back. */
  MethodHandle delete() {
    return LINKER.downcallHandle(
        function("aoti_torch_delete_tensor_object"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  int cpu() {
    return CPU;
  }

  int cuda() {
    return CUDA;
  }

  /**
   * Whether the layout is dense, as far as this libtorch tells; one that does not refuses later.
   */
  boolean isStrided(long tensor) {
    return layout.isEmpty() || result(layout.get(), tensor, JAVA_INT).get(JAVA_INT, 0) == STRIDED;
  }

  long address(long tensor) {
    return result(dataPointer, tensor, JAVA_LONG).get(JAVA_LONG, 0);
  }

  long[] sizes(long tensor) {
    return list(sizes, tensor);
  }

  long[] strides(long tensor) {
    return list(strides, tensor);
  }

  int dtype(long tensor) {
    return result(dtype, tensor, JAVA_INT).get(JAVA_INT, 0);
  }

  int deviceType(long tensor) {
    return result(deviceType, tensor, JAVA_INT).get(JAVA_INT, 0);
  }

  int deviceIndex(long tensor) {
    return result(deviceIndex, tensor, JAVA_INT).get(JAVA_INT, 0);
  }

  /** The {@code cudaStream_t} that libtorch queues on. */
  long currentStream(int device) {
    SymbolLookup cudaSymbols =
        SymbolLookup.libraryLookup(LoadedLibrary.path("torch_cuda"), Arena.global());
    MemorySegment function =
        cudaSymbols
            .find("aoti_torch_get_current_cuda_stream")
            .or(() -> symbols.find("aoti_torch_get_current_stream"))
            .orElseThrow(
                () -> new IllegalStateException("this libtorch does not tell its current stream"));
    MethodHandle call =
        LINKER.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    return calling(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(ADDRESS);
            check((int) call.invokeExact(device, stream));
            return stream.get(ADDRESS, 0).address();
          }
        });
  }

  private long[] list(MemorySegment function, long tensor) {
    long count = result(dim, tensor, JAVA_LONG).get(JAVA_LONG, 0);
    MemorySegment list = result(function, tensor, JAVA_LONG).get(ADDRESS, 0);
    return list.reinterpret(count * Long.BYTES).toArray(JAVA_LONG);
  }

  /** What a function writes to its second argument; on the heap of a small automatic arena. */
  private static MemorySegment result(MemorySegment function, long tensor, ValueLayout layout) {
    MemorySegment result = Arena.ofAuto().allocate(layout.byteSize(), Long.BYTES);
    calling(
        () -> {
          check((int) OF_TENSOR.invokeExact(function, tensor, result.address()));
          return null;
        });
    return result;
  }

  /** What calls native functions, which declare every Throwable and throw what we throw. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws Throwable;
  }

  static <T> T calling(Call<T> call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static void check(int error) {
    if (error != 0) {
      throw new IllegalArgumentException(
          "libtorch refuses the tensor (it may be sparse, quantized or closed); it printed why");
    }
  }
}
