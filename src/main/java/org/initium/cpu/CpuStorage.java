package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.initium.Device;
import org.initium.Storage;

/** A block of the host's memory, freed by close where it is owned. */
final class CpuStorage implements Storage {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final System.Logger LOG = System.getLogger(CpuStorage.class.getName());

  private final MemorySegment memory;
  private final Block block; // null where the memory is someone else's
  private final Cleaner.Cleanable backstop;
  private volatile boolean closed;

  private CpuStorage(MemorySegment memory, Block block) {
    this.memory = memory;
    this.block = block;
    this.backstop = block == null ? null : CLEANER.register(this, block);
  }

  static CpuStorage allocate(long bytes) {
    MemorySegment memory = HostMemory.allocate(bytes);
    return new CpuStorage(memory, new Block(memory, new AtomicBoolean()));
  }

  static CpuStorage wrap(long address, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes = " + bytes + " is not allowed; give 0 or more");
    }
    if (address == 0 && bytes > 0) {
      throw new IllegalArgumentException(
          "address 0 has no " + bytes + " bytes; give the address of native memory");
    }
    return new CpuStorage(HostMemory.at(address, bytes), null);
  }

  /** Memory to be freed once, by close or, where that was forgotten, after the storage is gone. */
  private record Block(MemorySegment memory, AtomicBoolean byClose) implements Runnable {
    @Override
    public void run() {
      if (!byClose.get()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a CPU tensor of {0} bytes was never closed; close it (try-with-resources) so that its"
                + " memory is freed in time",
            memory.byteSize());
      }
      HostMemory.free(memory);
    }
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long bytes() {
    return memory.byteSize();
  }

  @Override
  public long address() {
    return segment().address();
  }

  @Override
  public boolean owned() {
    return block != null;
  }

  @Override
  public MemorySegment segment() {
    if (closed) {
      throw new IllegalStateException("this tensor of " + bytes() + " bytes was closed");
    }
    return memory;
  }

  @Override
  public void close() {
    closed = true;
    if (block != null) {
      block.byClose().set(true);
      backstop.clean();
    }
  }
}
