// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import java.util.ArrayList;
import java.util.List;
import org.initium.Backend;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.memory.WrappedMemory;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.spi.MemoryRanges;
import org.initium.spi.MemoryRanges.Range;

/**
 * Fills at once, but for small orthogonal matrices, which wait for each other: threads then take
 * one after the other, where sharing each out would cost more than it takes.
 */
final class CpuQueue implements Backend.Queue {
  private static final long LONGEST = 128;

  private final CpuStream stream;
  private final CpuStream alone;
  private final List<Runnable> waiting = new ArrayList<>();
  private final MemoryRanges written = new MemoryRanges(); // what waits
  private boolean apart;

  CpuQueue(CpuStream stream) {
    this.stream = stream;
    this.alone = stream.limited(1);
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    if (!apart) {
      fillWhatIsBefore(tensor);
    }
    if (generator instanceof PhiloxGenerator philox
        && fill instanceof Fill.Orthogonal matrix
        && isSmall(matrix, tensor.whole())
        && tensor.shape().numel() > 0) {
      join(tensor, matrix, philox);
    } else {
      stream.fill(tensor, fill, generator);
    }
  }

  private void join(Tensor tensor, Fill.Orthogonal fill, PhiloxGenerator philox) {
    Runnable work = alone.matrix(tensor, fill, philox);
    // The one that can close a confined arena waits for the helpers, which are not it.
    boolean held = tensor.storage() instanceof WrappedMemory memory && memory.isConfined();
    waiting.add(held ? work : () -> tensor.storage().during(work));
    if (!apart) {
      written.add(range(tensor));
    }
  }

  private static boolean isSmall(Fill.Orthogonal fill, Shape whole) {
    long rows = fill.rows(whole);
    return Math.max(rows, whole.numel() / rows) <= LONGEST;
  }

  @Override
  public void apart(Tensor tensor, Runnable fills) {
    fillWhatIsBefore(tensor);
    apart = true;
    try {
      fills.run();
    } finally {
      apart = false;
    }
    written.add(range(tensor));
  }

  private static Range range(Tensor tensor) {
    return Range.of(tensor.storage().address(), tensor.layout(), tensor.dtype().bytes());
  }

  private void fillWhatIsBefore(Tensor tensor) {
    if (written.overlap(range(tensor))) {
      close();
    }
  }

  @Override
  public void close() {
    List<Runnable> all = List.copyOf(waiting);
    waiting.clear();
    written.clear();
    stream.kernels().team().share(all.size(), (next, _) -> all.get((int) next).run());
  }
}
