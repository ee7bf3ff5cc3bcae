// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.fill.DeviceLaw;
import org.initium.cuda.fill.ElementFill;
import org.initium.cuda.fill.FillTarget;
import org.initium.cuda.fill.JoinedElements;
import org.initium.cuda.fill.JoinedLaunch;
import org.initium.cuda.orthogonal.JoinedMatrices;
import org.initium.cuda.orthogonal.MatrixPart;
import org.initium.kernel.KernelRegion;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.spi.MemoryRanges;
import org.initium.spi.MemoryRanges.Range;

/**
 * Joins the fills of small tensors into few launches, those of matrices behind all others. A fill
 * that writes where one waits that has not been launched yet, is behind it; all others have no
 * order that could be seen.
 */
final class CudaQueue implements Backend.Queue {
  /** Beyond this a tensor is better off with a launch, and its kernel, of its own. */
  private static final long SMALL_BYTES = 1 << 20;

  private final Gpu gpu;
  private final CudaStream stream;
  private final Map<DType, JoinedElements> waiting = new EnumMap<>(DType.class);
  private final Map<DType, JoinedMatrices> matrices = new EnumMap<>(DType.class);
  private final MemoryRanges written = new MemoryRanges(); // what waits, or did
  private final MemoryRanges writtenLast = new MemoryRanges(); // the same of matrices
  private boolean apart;

  CudaQueue(Gpu gpu, CudaStream stream) {
    this.gpu = gpu;
    this.stream = stream;
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    FillTarget target = new FillTarget(gpu, tensor, stream);
    boolean empty = tensor.shape().numel() == 0;
    if (empty || !(generator instanceof PhiloxGenerator philox) || !joins(tensor, fill)) {
      if (!empty && !apart) {
        launchWhatIsBefore(tensor, false);
      }
      gpu.run(() -> CudaFill.enqueue(target, fill, generator));
      return;
    }
    boolean last = fill instanceof Fill.Orthogonal;
    if (!apart) {
      launchWhatIsBefore(tensor, last);
    }
    join(target, fill, philox);
    if (!apart) {
      (last ? writtenLast : written).add(range(tensor));
    }
  }

  /**
   * @param last whether the tensor's fill comes behind all but matrices in any case
   */
  private void launchWhatIsBefore(Tensor tensor, boolean last) {
    Range range = range(tensor);
    if (writtenLast.overlap(range) || !last && written.overlap(range)) {
      launchAll();
    }
  }

  @Override
  public void apart(Tensor tensor, Runnable fills) {
    launchWhatIsBefore(tensor, false);
    apart = true;
    try {
      fills.run();
    } finally {
      apart = false;
    }
    written.add(range(tensor));
    writtenLast.add(range(tensor));
  }

  private boolean joins(Tensor tensor, Fill.Elementary fill) {
    return switch (fill) {
      case Fill.Constant _ -> isSmallRun(tensor);
      case Fill.PerElement _ -> isSmallRun(tensor) && !ElementFill.isByCurand(fill);
      case Fill.Orthogonal matrix ->
          JoinedMatrices.take(gpu, matrix, tensor.whole(), tensor.dtype());
      case Fill.Eye _, Fill.Hadamard _, Fill.ByIndex _, Fill.Sparse _ -> false;
    };
  }

  private static boolean isSmallRun(Tensor tensor) {
    return tensor.layout().isOneRun()
        && !tensor.dtype().isInteger()
        && tensor.shape().numel() * tensor.dtype().bytes() <= SMALL_BYTES;
  }

  private static Range range(Tensor tensor) {
    return Range.of(tensor.storage().address(), tensor.layout(), tensor.dtype().bytes());
  }

  private void join(FillTarget target, Fill.Elementary fill, PhiloxGenerator philox) {
    Tensor tensor = target.tensor();
    stream.handle(); // throws if closed, before the generator moves
    long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
    stream.state().remember(tensor, fill);
    if (fill instanceof Fill.Orthogonal matrix) {
      addMatrix(target, matrix, philox.seed(), start);
      return;
    }
    JoinedElements many = waiting.computeIfAbsent(tensor.dtype(), JoinedElements::new);
    add(many, target, fill, philox.seed(), start);
    if (many.isFull()) {
      waiting.remove(tensor.dtype());
      launch(List.of(many));
    }
  }

  private void addMatrix(FillTarget target, Fill.Orthogonal fill, long seed, long start) {
    for (MatrixPart part : MatrixPart.of(target, fill)) {
      JoinedMatrices joined = matrices.get(target.dtype());
      if (joined != null && !joined.hasRoomFor(part)) {
        launchAll(); // what waits may be before it
      }
      joined = matrices.computeIfAbsent(target.dtype(), JoinedMatrices::new);
      joined.keep((CudaStorage) target.tensor().storage());
      joined.add(part, seed, start);
    }
  }

  private static void add(
      JoinedElements many, FillTarget target, Fill.Elementary fill, long seed, long start) {
    KernelRegion run = target.regions(start).getFirst();
    many.keep((CudaStorage) target.tensor().storage());
    switch (fill) {
      case Fill.Constant constant ->
          many.add(run.anywhere(), JoinedElements.CONSTANT, seed, start)
              .addBits(target.dtype(), constant.value());
      case Fill.PerElement elements -> {
        DeviceLaw law = DeviceLaw.of(elements, target);
        many.keep(law);
        law.addTo(many.add(run, JoinedElements.number(law), seed, start));
      }
      case Fill.Eye _, Fill.Hadamard _, Fill.ByIndex _, Fill.OfMatrix _ ->
          throw new AssertionError(fill + " has a kernel of its own");
    }
  }

  private void launchAll() {
    List<JoinedLaunch> all = new ArrayList<>(waiting.values());
    all.addAll(matrices.values());
    waiting.clear();
    matrices.clear();
    written.clear();
    writtenLast.clear();
    launch(all);
  }

  /** A failure leaves the rest of them undone. */
  private void launch(List<? extends JoinedLaunch> full) {
    try {
      full.forEach(joined -> joined.enqueue(gpu, stream));
    } finally {
      full.forEach(JoinedLaunch::close);
    }
  }

  @Override
  public void close() {
    launchAll();
  }
}
