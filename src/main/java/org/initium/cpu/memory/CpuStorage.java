// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.initium.Device;
import org.initium.Storage;
import org.initium.spi.HeldMemory;

/**
 * A block of the host's memory, freed by close where it is owned. Owned memory has an arena, so
 * that a segment of it that outlives it fails at its next use and does not reach memory of someone
 * else.
 */
public final class CpuStorage extends HeldMemory implements Storage {
  private final Block block; // null where the memory is someone else's
  private final Cleaner.Cleanable backstop;

  private CpuStorage(long address, long bytes, Block block) {
    super(address, bytes, "this tensor of " + bytes + " bytes was closed");
    this.block = block;
    this.backstop = block == null ? null : Block.CLEANER.register(this, block);
  }

  public static CpuStorage allocate(long bytes) {
    long address = HostMemory.allocate(bytes);
    Footprint.opens(bytes);
    return new CpuStorage(address, bytes, new Block(address, bytes));
  }

  public static CpuStorage wrap(long address, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes = " + bytes + " is not allowed; give 0 or more");
    }
    if (address == 0 && bytes > 0) {
      throw new IllegalArgumentException(
          "address 0 has no " + bytes + " bytes; give the address of native memory");
    }
    return new CpuStorage(address, bytes, null);
  }

  /** Some of it is about to be written without a gap, which new memory of an engine's is told. */
  public void written(long offset, long bytes) {
    if (block == null) {
      HostMemory.written(address() + offset, bytes);
    }
  }

  /** Memory to be freed once, by close or, where that was forgotten, after the storage is gone. */
  private static final class Block implements Runnable {
    /** It starts a thread, which who only wraps memory has no use for. */
    static final Cleaner CLEANER = Cleaner.create();

    private final long address;
    private final long bytes;
    private boolean freed;

    /** Made when first asked for: a fill needs none, and Java's classes for it take 14 ms. */
    private MemorySegment segment;

    private Arena arena;

    Block(long address, long bytes) {
      this.address = address;
      this.bytes = bytes;
    }

    /** Null if it is freed. */
    @SuppressWarnings("restricted") // the memory has that size, and is freed after the arena
    synchronized MemorySegment segment() {
      if (segment == null && !freed) {
        arena = Arena.ofShared();
        segment = HostMemory.at(address, bytes).reinterpret(arena, null);
      }
      return segment;
    }

    /** Returns whether it was not free. */
    synchronized boolean free(boolean byCollector) {
      if (freed) {
        return false;
      }
      if (arena != null) {
        arena.close();
      }
      freed = true;
      HostMemory.free(address, bytes);
      Footprint.closes(bytes, byCollector);
      return true;
    }

    /** The backstop: does nothing after free. */
    @Override
    public void run() {
      if (free(true)) {
        Footprint.tell(bytes);
      }
    }
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public boolean owned() {
    return block != null;
  }

  @Override
  public MemorySegment segment() {
    MemorySegment segment = block == null ? HostMemory.at(address(), bytes()) : block.segment();
    address(); // throws if closed
    return segment;
  }

  /**
   * As of an arena.
   *
   * @throws IllegalStateException if a native call or a channel is at work on a segment of it
   */
  @Override
  public void close() {
    if (!end() || block == null) {
      return;
    }
    try {
      block.free(false);
    } catch (IllegalStateException e) {
      reopen();
      throw e;
    }
    backstop.clean();
  }
}
