// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.initium.Device;
import org.initium.Storage;
import org.initium.cuda.driver.WorkMark;
import org.initium.spi.HeldMemory;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;
import org.initium.text.Unclosed;

/** Device memory, owned or someone else's. */
public final class CudaStorage extends HeldMemory implements Storage {
  private static final Cleaner CLEANER = Cleaner.create();

  /** Owned memory and who has used it: all that freeing needs. Freed once. */
  private record Block(Gpu gpu, long address, long bytes, Set<WorkMark> users, AtomicBoolean freed)
      implements Runnable {
    void free() {
      if (!freed.getAndSet(true)) {
        gpu.giveBack(() -> gpu.pool().free(address, users));
      }
    }

    /** The backstop: does nothing after free. */
    @Override
    public void run() {
      if (!freed.get()) {
        Unclosed.tell(
            CudaStorage.class,
            bytes
                + " bytes on "
                + gpu.device()
                + " were never closed; they are freed now that nobody can reach them");
        free();
      }
    }
  }

  private final Gpu gpu;
  private final Block block; // null for memory of someone else's
  private final Cleaner.Cleanable backstop;

  private CudaStorage(Gpu gpu, long address, long bytes, boolean owned) {
    super(address, bytes, "the memory on " + gpu.device() + " was closed");
    this.gpu = gpu;
    this.block =
        owned
            ? new Block(gpu, address, bytes, ConcurrentHashMap.newKeySet(), new AtomicBoolean())
            : null;
    this.backstop = owned ? CLEANER.register(this, block) : null;
  }

  public static CudaStorage allocate(Gpu gpu, long bytes) {
    ArgumentChecks.that(bytes >= 0, "bytes", bytes, "0 or more");
    if (bytes == 0) {
      return new CudaStorage(gpu, 0, 0, false);
    }
    return gpu.call(() -> new CudaStorage(gpu, gpu.allocate(bytes), bytes, true));
  }

  public static CudaStorage wrap(Gpu gpu, long address, long bytes) {
    if (bytes < 0 || (address == 0 && bytes > 0)) {
      throw new IllegalArgumentException(
          Text.message("address 0x%x with %d bytes is not device memory to wrap", address, bytes));
    }
    if (bytes > 0 && !gpu.reaches(address)) {
      throw new IllegalArgumentException(
          Text.message(
              "address 0x%x is not memory that %s can reach; give the address of device memory",
              address, gpu.device()));
    }
    return new CudaStorage(gpu, address, bytes, false);
  }

  /** Notes that work on this memory is before a mark, so that it is not freed too early. */
  public void usedBy(WorkMark mark) {
    address(); // throws if closed
    if (block != null) {
      mark.joins(block.users);
    }
  }

  /** How many marks its free would wait for. */
  public int marks() {
    return block == null ? 0 : block.users.size();
  }

  @Override
  public Device device() {
    return gpu.device();
  }

  @Override
  public boolean owned() {
    return block != null || bytes() == 0;
  }

  @Override
  public MemorySegment segment() {
    address();
    throw new UnsupportedOperationException(
        "the host cannot read the memory of " + device() + "; copy it with toCpu()");
  }

  /** Waits for the fills that other threads are at: on the thread that frees, if it is to free. */
  @Override
  public void close() {
    if (block == null) {
      end();
      return;
    }
    gpu.giveBack(
        () -> {
          if (end()) {
            block.free();
            backstop.clean();
          }
        });
  }
}
