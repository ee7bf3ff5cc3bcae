package org.initium.cuda;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.kernel.KernelRegion;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;

/**
 * Joins the fills of small tensors into few launches. A fill that writes where one waits that has
 * not been launched yet, is behind it; all others have no order that could be seen.
 */
final class CudaQueue implements Backend.Queue {
  /** Beyond this a tensor is better off with a launch, and its kernel, of its own. */
  private static final long SMALL_BYTES = 1 << 20;

  private final CudaBackend backend;
  private final Gpu gpu;
  private final CudaStream stream;
  private final Map<DType, Many> waiting = new EnumMap<>(DType.class);
  private final TreeMap<Long, Long> written = new TreeMap<>(); // what waits, or did: first, end

  CudaQueue(CudaBackend backend, Gpu gpu, CudaStream stream) {
    this.backend = backend;
    this.gpu = gpu;
    this.stream = stream;
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    boolean empty = tensor.shape().numel() == 0;
    if (!empty && isWaiting(first(tensor), end(tensor))) {
      launchAll();
    }
    if (!empty && generator instanceof PhiloxGenerator philox && joins(tensor, fill)) {
      join(new Target(gpu, tensor, stream), fill, philox);
    } else {
      backend.fill(tensor, fill, generator, stream);
    }
  }

  private static boolean joins(Tensor tensor, Fill.Elementary fill) {
    return tensor.layout().isOneRun()
        && tensor.shape().numel() * tensor.dtype().bytes() <= SMALL_BYTES
        && switch (fill) {
          case Fill.Constant _ -> true;
          case Fill.Uniform _, Fill.Normal _, Fill.TruncatedNormal _ -> !Random.isByCurand(fill);
          case Fill.Eye _, Fill.Dirac _, Fill.Hadamard _, Fill.Sparse _, Fill.Orthogonal _ -> false;
        };
  }

  private static long first(Tensor tensor) {
    return tensor.storage().address() + tensor.memoryOffset() * tensor.dtype().bytes();
  }

  /** The first byte behind the tensor's last element. */
  private static long end(Tensor tensor) {
    return first(tensor) + tensor.layout().span() * tensor.dtype().bytes();
  }

  private boolean isWaiting(long first, long end) {
    Map.Entry<Long, Long> before = written.lowerEntry(end);
    return before != null && before.getValue() > first;
  }

  private void join(Target target, Fill.Elementary fill, PhiloxGenerator philox) {
    Tensor tensor = target.tensor();
    stream.handle(); // throws if closed, before the generator moves
    long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
    stream.state().remember(tensor, fill);
    add(waiting.computeIfAbsent(tensor.dtype(), Many::new), target, fill, philox.seed(), start);
    written.put(first(tensor), end(tensor));
    Many many = waiting.get(tensor.dtype());
    if (many.isFull()) {
      waiting.remove(tensor.dtype());
      launch(List.of(many));
    }
  }

  private static void add(Many many, Target target, Fill.Elementary fill, long seed, long start) {
    KernelRegion run = target.regions(start).getFirst();
    many.keep((CudaStorage) target.tensor().storage());
    switch (fill) {
      case Fill.Constant constant ->
          many.add(run.anywhere(), Many.Law.CONSTANT, seed, start)
              .add(target.bits(constant.value()));
      case Fill.Uniform uniform ->
          Laws.Uniform.of(uniform, target.dtype())
              .addTo(many.add(run, Many.Law.UNIFORM, seed, start));
      case Fill.Normal normal ->
          Laws.Normal.of(normal, target.dtype()).addTo(many.add(run, Many.Law.NORMAL, seed, start));
      case Fill.TruncatedNormal truncated -> {
        Laws.Truncated law = Laws.Truncated.of(truncated, target);
        many.keep(law.table());
        law.addTo(many.add(run, Many.Law.TRUNCATED, seed, start));
      }
      case Fill.Eye _, Fill.Dirac _, Fill.Hadamard _, Fill.Sparse _, Fill.Orthogonal _ ->
          throw new AssertionError(fill + " has a kernel of its own");
    }
  }

  private void launchAll() {
    List<Many> all = List.copyOf(waiting.values());
    waiting.clear();
    written.clear();
    launch(all);
  }

  /** A failure leaves the rest of them undone. */
  private void launch(List<Many> full) {
    try {
      full.forEach(many -> many.launch(gpu, stream));
    } finally {
      full.forEach(Many::close);
    }
  }

  @Override
  public void close() {
    if (!waiting.isEmpty()) {
      launchAll();
    }
  }
}
