package org.initium.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collection;

/**
 * Device memory. Where the driver has stream-ordered pools, memory comes from the device's pool and
 * goes back to it behind the work that uses it, without making anyone wait; elsewhere freeing waits
 * for the device.
 */
sealed interface Pool {
  /** Memory that any stream may use at once; the device's context is current. */
  long allocate(long bytes);

  /** Frees memory behind the work that these streams have queued so far. */
  void free(long address, Collection<CudaStream> users);

  /** Gives back what the pool itself holds. */
  void release();

  /** The best that the device has. */
  static Pool of(Gpu gpu, boolean pools) {
    MethodHandle allocateAsync = pools ? StreamOrdered.bind() : null;
    return allocateAsync == null ? new Plain(gpu) : new StreamOrdered(gpu, allocateAsync);
  }

  /** cuMemAlloc and cuMemFree, which is not said to wait for what uses the memory: this does. */
  record Plain(Gpu gpu) implements Pool {
    @Override
    public long allocate(long bytes) {
      return gpu.driver().allocate(bytes);
    }

    @Override
    public void free(long address, Collection<CudaStream> users) {
      gpu.driver().twice(gpu.driver()::synchronizeContext);
      gpu.driver().free(address);
    }

    @Override
    public void release() {}
  }

  /**
   * cuMemAllocAsync, which JCuda 11.7 does not bind, and cuMemFreeAsync. Two streams of its own:
   * frees wait on theirs for the memory's users, and allocations must not wait for those.
   */
  final class StreamOrdered implements Pool {
    private final Gpu gpu;
    private final MethodHandle allocateAsync;
    private final long allocations;
    private final long frees;

    private StreamOrdered(Gpu gpu, MethodHandle allocateAsync) {
      this.gpu = gpu;
      this.allocateAsync = allocateAsync;
      try (Current _ = gpu.enter()) {
        this.allocations = gpu.driver().newStream();
        try {
          this.frees = gpu.driver().newStream();
        } catch (CudaException e) {
          gpu.driver().destroyStream(allocations);
          throw e;
        }
      }
    }

    @SuppressWarnings("restricted") // a call of native code is what is wanted
    private static MethodHandle bind() {
      SymbolLookup driver = Libraries.load(Library.DRIVER).symbols();
      return driver
          .find("cuMemAllocAsync")
          .map(
              symbol ->
                  Linker.nativeLinker()
                      .downcallHandle(
                          symbol,
                          FunctionDescriptor.of(
                              ValueLayout.JAVA_INT,
                              ValueLayout.ADDRESS,
                              ValueLayout.JAVA_LONG,
                              ValueLayout.JAVA_LONG)))
          .orElse(null);
    }

    @Override
    public synchronized long allocate(long bytes) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
        int status = (int) allocateAsync.invokeExact(address, bytes, allocations);
        gpu.driver().check("cuMemAllocAsync", status);
        long memory = address.get(ValueLayout.JAVA_LONG, 0);
        try {
          gpu.driver().synchronize(allocations);
        } catch (CudaException e) {
          gpu.driver().freeAsync(memory, allocations);
          throw e;
        }
        return memory;
      } catch (RuntimeException e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public synchronized void free(long address, Collection<CudaStream> users) {
      try {
        for (CudaStream user : users) {
          user.makeWait(frees);
        }
      } catch (CudaException e) {
        // The memory must go all the same: wait for everything instead.
        gpu.driver().synchronizeContext();
      }
      gpu.driver().freeAsync(address, frees);
    }

    /** What was freed is back when this returns. */
    @Override
    public void release() {
      gpu.driver().twice(() -> gpu.driver().synchronize(frees));
      gpu.driver().destroyStream(allocations);
      gpu.driver().destroyStream(frees);
    }
  }
}
