// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.Device;
import org.initium.Storage;
import org.initium.text.Text;

/**
 * The memory of a segment of someone else's. The segment is kept, so that memory which a collector
 * frees is not freed; it is asked at each use whether it is still alive; and its arena is held
 * while a fill writes to it.
 */
public final class WrappedMemory implements Storage {
  /** A thread that owns no arena: it can reach what any thread could close. */
  private static final Thread STRANGER = Thread.ofPlatform().unstarted(() -> {});

  private final MemorySegment memory;

  /**
   * Keeps a segment.
   *
   * @throws IllegalArgumentException if it is on the heap or read-only
   * @throws IllegalStateException if its arena is closed, or another thread's
   */
  public WrappedMemory(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(
          "the segment is on the Java heap; wrap native memory (Arena.allocate, a mapped file)");
    }
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException(
          "the segment is read-only; wrap memory that may be written"
              + " (a file mapped READ_WRITE or PRIVATE, a ByteBuffer that is not read-only)");
    }
    this.memory = memory;
    segment();
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long bytes() {
    return memory.byteSize();
  }

  /** Also for the threads that help the one whose arena it is. */
  @Override
  public long address() {
    checkAlive();
    return memory.address();
  }

  @Override
  public boolean owned() {
    return false;
  }

  private void checkAlive() {
    if (!memory.scope().isAlive()) {
      throw unusable(
          "was freed: its arena is closed; keep the arena open as long as the tensor is used");
    }
  }

  private IllegalStateException unusable(String why) {
    return new IllegalStateException(
        Text.message("the segment of %d bytes that this tensor wraps ", bytes()) + why);
  }

  @Override
  public MemorySegment segment() {
    checkAlive();
    if (!memory.isAccessibleBy(Thread.currentThread())) {
      throw unusable(
          "belongs to a confined arena of another thread than "
              + Thread.currentThread().getName()
              + "; allocate it in Arena.ofShared() or use the tensor in that thread");
    }
    return memory;
  }

  /** Whether one thread alone can close it. */
  public boolean isConfined() {
    return !memory.isAccessibleBy(STRANGER);
  }

  /**
   * A confined arena's own thread is at work here and cannot close it; nobody can close the global
   * one.
   */
  @Override
  public void during(Runnable work) {
    segment();
    if (memory.scope().equals(Arena.global().scope()) || isConfined()) {
      work.run();
      return;
    }
    try {
      ArenaGuard.during(memory, work);
    } catch (IllegalStateException e) {
      segment(); // says it better, where another thread has closed the arena since
      throw e;
    }
  }

  /** Does nothing: the memory is its arena's. */
  @Override
  public void close() {}
}
