// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.initium.cpu.memory.HostMemory;
import org.initium.kernel.Kernel;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;

/**
 * Sparse fills by the kernels of kernels/cpu/sparse.h. Where all keys of a tile are few enough,
 * threads share the tiles; else they share the keys of one tile after the other, in three passes.
 */
record NativeSparse(SparseKeys sparse, Kernel kernel, long flags, Team team) {
  /** Keys of a tile that a thread works on at a time: SparseKeys of kernels/cpu/sparse_cuts.h. */
  private static final int MOST = 1 << 18;

  /**
   * A thread's scratch: at least a SparseStrip of kernels/cpu/sparse.h, of which it uses little.
   */
  private static final long STRIP_BYTES = 8 << 20;

  /** At least a SparseTall. */
  private static final long TALL_BYTES = 64 << 10;

  /** Tiles that are written together, and keys of those. */
  private static final int TILES = 128;

  private static final int KEYS = 1 << 22;

  private static final ConcurrentLinkedQueue<Long> STRIPS = new ConcurrentLinkedQueue<>();

  private enum Pass {
    STRIPS,
    COUNT,
    CUT,
    COLLECT,
    RANK,
    WRITE
  }

  void fill() {
    long first = sparse.firstTile();
    long tiles = sparse.tiles();
    long keys = sparse.keys().rows() * sparse.keys().width(); // of a tile
    if (keys <= MOST) {
      long most = Math.min(TILES, Math.ceilDiv(tiles, team.threads()));
      share(Pass.STRIPS, first, tiles, Math.clamp(KEYS / keys, 1, (int) most), 0);
      return;
    }
    for (long tile = first; tile < first + tiles; tile++) {
      tall(tile, keys);
    }
  }

  private void tall(long tile, long keys) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(TALL_BYTES, Long.BYTES);
      share(Pass.COUNT, tile, keys, MOST, state.address());
      share(Pass.CUT, tile, 1, 1, state.address());
      long ties = state.get(ValueLayout.JAVA_LONG, 0);
      MemorySegment list = arena.allocate(Long.BYTES * Math.max(1, ties), Long.BYTES);
      state.set(ValueLayout.JAVA_LONG, Long.BYTES, list.address());
      share(Pass.COLLECT, tile, keys, MOST, state.address());
      share(Pass.RANK, tile, 1, 1, state.address());
      share(Pass.WRITE, tile, keys, MOST, state.address());
    }
  }

  private void share(Pass pass, long tile, long items, long piece, long tall) {
    team.share(
        items,
        piece,
        (from, to) -> {
          long strip = strip();
          Parameters parameters = sparse.parameters(tile, items, SparseKeys.NEAR, strip);
          parameters.add((long) pass.ordinal()).add(tall);
          try {
            kernel.run(parameters.fields(), from, to, flags);
          } finally {
            STRIPS.add(strip);
          }
        });
  }

  /** Kept for the next fill. Of no arena: those count against what the JVM allows for buffers. */
  private static long strip() {
    Long free = STRIPS.poll();
    return free != null ? free : HostMemory.allocate(STRIP_BYTES);
  }
}
