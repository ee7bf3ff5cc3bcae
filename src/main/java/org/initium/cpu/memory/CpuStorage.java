package org.initium.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.initium.Device;
import org.initium.Storage;
import org.initium.spi.Holders;

/**
 * A block of the host's memory, freed by close where it is owned. Owned memory has an arena, so
 * that a segment of it that outlives it fails at its next use and does not reach memory of someone
 * else.
 */
public final class CpuStorage implements Storage {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final System.Logger LOG = System.getLogger(CpuStorage.class.getName());

  private final MemorySegment memory;
  private final Block block; // null where the memory is someone else's
  private final Cleaner.Cleanable backstop;
  private final Holders holders = new Holders();

  private CpuStorage(MemorySegment memory, Block block) {
    this.memory = memory;
    this.block = block;
    this.backstop = block == null ? null : CLEANER.register(this, block);
  }

  @SuppressWarnings("restricted") // the memory has that size and is freed once, with the arena
  public static CpuStorage allocate(long bytes) {
    MemorySegment given = HostMemory.allocate(bytes);
    Footprint.opens(bytes);
    Arena arena = Arena.ofShared();
    return new CpuStorage(given.reinterpret(arena, HostMemory::free), new Block(arena, bytes));
  }

  public static CpuStorage wrap(long address, long bytes) {
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
  private record Block(Arena arena, long bytes) implements Runnable {
    void free(boolean byCollector) {
      if (arena.scope().isAlive()) {
        arena.close();
        Footprint.closes(bytes, byCollector);
      }
    }

    /** The backstop: does nothing after free. */
    @Override
    public void run() {
      if (arena.scope().isAlive()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a CPU tensor of {0} bytes was never closed; close it (try-with-resources) so that its"
                + " memory is freed in time",
            bytes);
        free(true);
      }
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
    if (holders.ended()) {
      throw new IllegalStateException(closed());
    }
    return memory;
  }

  private String closed() {
    return "this tensor of " + bytes() + " bytes was closed";
  }

  @Override
  public void during(Runnable work) {
    holders.during(work, closed());
  }

  /**
   * As of an arena.
   *
   * @throws IllegalStateException if a native call or a channel is at work on a segment of it
   */
  @Override
  public void close() {
    if (!holders.end() || block == null) {
      return;
    }
    try {
      block.free(false);
    } catch (IllegalStateException e) {
      holders.reopen();
      throw e;
    }
    backstop.clean();
  }
}
