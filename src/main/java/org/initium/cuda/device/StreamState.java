// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayDeque;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.ContextLostException;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.driver.WorkMark;

/**
 * What is known of the work on a stream: an event behind it, the outcomes of its orthogonal fills,
 * and the last fills, since an error in one of them shows only when someone waits.
 */
public final class StreamState {
  private static final int REMEMBERED = 8;

  /** What an error that shows late may have come from; holds no memory. */
  private record Work(Fill fill, Shape shape, DType dtype) {
    @Override
    public String toString() {
      return fill + " of " + shape + " in " + dtype;
    }
  }

  private final WorkMark mark;
  private final SolverOutcomes outcomes = new SolverOutcomes();
  private final ArrayDeque<Work> recent = new ArrayDeque<>();

  StreamState(Driver driver) {
    this.mark = new WorkMark(driver);
  }

  public WorkMark mark() {
    return mark;
  }

  public SolverOutcomes outcomes() {
    return outcomes;
  }

  public synchronized void remember(Tensor tensor, Fill fill) {
    if (recent.size() == REMEMBERED) {
      recent.removeFirst();
    }
    recent.add(new Work(fill, tensor.shape(), tensor.dtype()));
  }

  synchronized void forget() {
    recent.clear();
  }

  /** Makes calls that an error may show in which something before them has caused. */
  public void explaining(Runnable calls) {
    try {
      calls.run();
    } catch (CudaException e) {
      throw explained(e);
    }
  }

  /** The error, with the fills that were queued since the stream was last known to be sound. */
  synchronized CudaException explained(CudaException late) {
    if (recent.isEmpty()) {
      return late;
    }
    String work =
        "queued on this stream since it was last waited for: "
            + recent.stream().map(Work::toString).collect(Collectors.joining(", "));
    return late instanceof ContextLostException lost
        ? new ContextLostException(lost, work)
        : new CudaException(late, work);
  }
}
