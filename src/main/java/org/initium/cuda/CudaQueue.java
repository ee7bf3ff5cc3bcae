package org.initium.cuda;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
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

  private final CudaBackend backend;
  private final Gpu gpu;
  private final CudaStream stream;
  private final Map<DType, Many> waiting = new EnumMap<>(DType.class);
  private final Map<DType, Orthogonals> matrices = new EnumMap<>(DType.class);
  private final MemoryRanges written = new MemoryRanges(); // what waits, or did
  private final MemoryRanges writtenLast = new MemoryRanges(); // the same of matrices
  private boolean apart;

  CudaQueue(CudaBackend backend, Gpu gpu, CudaStream stream) {
    this.backend = backend;
    this.gpu = gpu;
    this.stream = stream;
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    boolean empty = tensor.shape().numel() == 0;
    boolean joins = !empty && generator instanceof PhiloxGenerator && joins(tensor, fill);
    boolean last = joins && fill instanceof Fill.Orthogonal;
    if (!empty && !apart) {
      launchWhatIsBefore(tensor, last);
    }
    if (joins) {
      join(new Target(gpu, tensor, stream), fill, (PhiloxGenerator) generator);
    } else {
      backend.fill(tensor, fill, generator, stream);
    }
    if (joins && !apart) {
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
      case Fill.PerElement _ -> isSmallRun(tensor) && !Random.isByCurand(fill);
      case Fill.Orthogonal matrix -> Orthogonals.take(gpu, matrix, tensor.whole(), tensor.dtype());
      case Fill.Eye _, Fill.Hadamard _, Fill.ByIndex _, Fill.Sparse _ -> false;
    };
  }

  private static boolean isSmallRun(Tensor tensor) {
    return tensor.layout().isOneRun()
        && tensor.shape().numel() * tensor.dtype().bytes() <= SMALL_BYTES;
  }

  private static Range range(Tensor tensor) {
    return Range.of(tensor.storage().address(), tensor.layout(), tensor.dtype().bytes());
  }

  private void join(Target target, Fill.Elementary fill, PhiloxGenerator philox) {
    Tensor tensor = target.tensor();
    stream.handle(); // throws if closed, before the generator moves
    long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
    stream.state().remember(tensor, fill);
    if (fill instanceof Fill.Orthogonal matrix) {
      addMatrix(target, matrix, philox.seed(), start);
      return;
    }
    Many many = waiting.computeIfAbsent(tensor.dtype(), Many::new);
    add(many, target, fill, philox.seed(), start);
    if (many.isFull()) {
      waiting.remove(tensor.dtype());
      launch(List.of(many));
    }
  }

  private void addMatrix(Target target, Fill.Orthogonal fill, long seed, long start) {
    for (OrthogonalPart part : OrthogonalPart.of(target, fill)) {
      Orthogonals joined = matrices.get(target.dtype());
      if (joined != null && !joined.hasRoomFor(part)) {
        launchAll(); // what waits may be before it
      }
      joined = matrices.computeIfAbsent(target.dtype(), Orthogonals::new);
      joined.keep((CudaStorage) target.tensor().storage());
      joined.add(part, seed, start);
    }
  }

  private static void add(Many many, Target target, Fill.Elementary fill, long seed, long start) {
    KernelRegion run = target.regions(start).getFirst();
    many.keep((CudaStorage) target.tensor().storage());
    switch (fill) {
      case Fill.Constant constant ->
          many.add(run.anywhere(), Many.CONSTANT, seed, start).add(target.bits(constant.value()));
      case Fill.PerElement elements -> {
        DeviceLaw law = DeviceLaw.of(elements, target);
        many.keep(law);
        law.addTo(many.add(run, Many.number(law), seed, start));
      }
      case Fill.Eye _, Fill.Hadamard _, Fill.ByIndex _, Fill.OfMatrix _ ->
          throw new AssertionError(fill + " has a kernel of its own");
    }
  }

  private void launchAll() {
    List<Joined> all = new ArrayList<>(waiting.values());
    all.addAll(matrices.values());
    waiting.clear();
    matrices.clear();
    written.clear();
    writtenLast.clear();
    launch(all);
  }

  /** A failure leaves the rest of them undone. */
  private void launch(List<? extends Joined> full) {
    try {
      full.forEach(joined -> joined.enqueue(gpu, stream));
    } finally {
      full.forEach(Joined::close);
    }
  }

  @Override
  public void close() {
    launchAll();
  }
}
