package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.DType;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.law.ColumnKeys;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Truncated32;
import org.initium.law.Truncated64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.torch.TorchFill;
import org.initium.torch.TorchReference;
import org.initium.torch.Workers;

/** The host's memory, filled by its processor; a fill is done when the call returns. */
public final class CpuBackend implements Backend {
  /** Elements that a thread takes at a time: some 50 microseconds of work. */
  private static final long PIECE = 64 * Block.SIZE;

  private static final Supplier<IllegalArgumentException> NO_GPU =
      () ->
          new IllegalArgumentException(
              "torch-cuda on the cpu must name the GPU whose numbers are wanted:"
                  + " torch-cuda(gpu=A100) or torch-cuda(sms=108, threads=2048)");

  private final CpuOptions options;
  private final Team team;
  private final Engine engine;
  private final Workers workers;

  /** With the options of the system properties initium.threads and initium.simd. */
  public CpuBackend() {
    this(CpuOptions.fromProperties());
  }

  CpuBackend(CpuOptions options) {
    this(options, Engines.choose(options.simd()));
  }

  CpuBackend(CpuOptions options, Engine engine) {
    HostMemory.linkInBackground();
    this.options = options;
    this.team = new Team(options.threads());
    this.engine = engine;
    this.workers = (pieces, part) -> team.share(pieces, 1, (from, to, _) -> part.run(from, to));
  }

  @Override
  public String type() {
    return Device.CPU.type();
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(
        new DeviceInfo(
            Device.CPU,
            System.getProperty("os.arch"),
            HostMemory.total(),
            options.threads() + " threads, " + engine));
  }

  @Override
  public Storage allocate(Device device, long bytes) {
    check(device);
    return CpuStorage.allocate(bytes);
  }

  @Override
  public Storage wrap(Device device, long address, long bytes) {
    check(device);
    return CpuStorage.wrap(address, bytes);
  }

  private static void check(Device device) {
    if (!device.equals(Device.CPU)) {
      throw new DeviceUnavailableException("there is no device " + device + "; there is cpu");
    }
  }

  @Override
  public Stream defaultStream(Device device) {
    check(device);
    return CpuStream.IMMEDIATE;
  }

  @Override
  public Stream newStream(Device device) {
    check(device);
    return CpuStream.IMMEDIATE;
  }

  @Override
  public Stream wrapStream(Device device, long handle) {
    check(device);
    if (handle != 0) {
      throw new IllegalArgumentException(
          "stream handle " + handle + " is not the CPU's; it has no streams but 0");
    }
    return CpuStream.IMMEDIATE;
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream) {
    if (fill instanceof Fill.Orthogonal) {
      OrthogonalFill.check(tensor); // before the generator moves
    }
    switch (generator) {
      case PhiloxGenerator philox -> {
        long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
        if (tensor.shape().numel() > 0) {
          fill(tensor, fill, philox.seed(), start);
        }
      }
      case TorchCpuGenerator torch ->
          fill(tensor, fill, TorchFill.cpu(torch, TorchReference.INSTANCE, workers));
      case TorchCudaGenerator torch ->
          fill(
              tensor,
              fill,
              TorchFill.cuda(
                  torch, torch.geometry().orElseThrow(NO_GPU), TorchReference.INSTANCE, workers));
    }
  }

  /** Fills with PyTorch's numbers; what draws none is the same as with ours. */
  private void fill(Tensor tensor, Fill.Elementary fill, TorchFill torch) {
    switch (fill) {
      case Fill.Uniform uniform -> torch.fill(tensor, uniform);
      case Fill.Normal normal -> torch.fill(tensor, normal);
      case Fill.TruncatedNormal truncated -> torch.fill(tensor, truncated);
      case Fill.Sparse sparse -> torch.fill(tensor, sparse);
      case Fill.Orthogonal orthogonal ->
          OrthogonalFill.fill(
              tensor,
              orthogonal,
              OrthogonalFill.Gaussian.AS_SHAPED,
              team,
              part -> torch.fill(part, new Fill.Normal(0, 1)));
      case Fill.Constant constant -> fill(tensor, constant, 0, 0);
      case Fill.Eye eye -> fill(tensor, eye, 0, 0);
      case Fill.Dirac dirac -> fill(tensor, dirac, 0, 0);
      case Fill.Hadamard hadamard -> fill(tensor, hadamard, 0, 0);
    }
  }

  private void fill(Tensor tensor, Fill.Elementary fill, long seed, long start) {
    boolean f64 = tensor.dtype() == DType.F64;
    switch (fill) {
      case Fill.Constant constant -> constant(tensor, tensor.dtype().round(constant.value()));
      case Fill.Uniform uniform ->
          write(
              tensor,
              f64
                  ? ScalarValues.uniform(Uniform64.of(uniform), seed, start)
                  : engine.uniform(Uniform32.of(uniform, tensor.dtype()), seed, start));
      case Fill.Normal normal ->
          write(
              tensor,
              f64
                  ? ScalarValues.normal(Normal64.of(normal), seed, start)
                  : engine.normal(Normal32.of(normal), seed, start));
      case Fill.TruncatedNormal truncated ->
          write(
              tensor,
              f64
                  ? ScalarValues.truncated(Truncated64.of(truncated), seed, start)
                  : engine.truncated(Truncated32.of(truncated, tensor.dtype()), seed, start));
      case Fill.Eye eye -> {
        constant(tensor, 0);
        Identity.eye(tensor, eye.gain());
      }
      case Fill.Dirac dirac -> {
        constant(tensor, 0);
        Identity.dirac(tensor, dirac.groups());
      }
      case Fill.Hadamard hadamard ->
          write(
              tensor,
              ScalarValues.hadamard(
                  tensor.dtype().round(hadamard.scale()), tensor.whole().size(1)));
      case Fill.Sparse sparse -> {
        ColumnKeys keys = ColumnKeys.of(sparse, tensor.whole(), seed, start);
        if (keys.zeros() == keys.rows()) {
          constant(tensor, 0);
          return;
        }
        Fill.Normal normal = new Fill.Normal(0, sparse.std());
        Values normals =
            f64
                ? ScalarValues.normal(Normal64.of(normal), seed, keys.normalStart())
                : engine.normal(Normal32.of(normal), seed, keys.normalStart());
        new SparseFill(tensor, keys, normals, engine).fill(team);
      }
      case Fill.Orthogonal orthogonal ->
          OrthogonalFill.fill(
              tensor, orthogonal, team, part -> fill(part, new Fill.Normal(0, 1), seed, start));
    }
  }

  private void constant(Tensor tensor, double value) {
    if (tensor.isContiguous()) {
      ConstantFill.fill(tensor, value, team);
    } else {
      write(tensor, ScalarValues.constant(value));
    }
  }

  private void write(Tensor tensor, Values values) {
    if (Stage.pays(tensor)) {
      Stage.write(tensor, values, team);
      return;
    }
    Region region = new Region(tensor);
    team.share(region.numel(), PIECE, (from, to, block) -> region.fill(from, to, values, block));
  }

  @Override
  public void copyToHost(Storage source, long offset, MemorySegment target, Stream stream) {
    target.copyFrom(source.segment().asSlice(offset, target.byteSize()));
  }

  @Override
  public void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream) {
    target.segment().asSlice(offset, source.byteSize()).copyFrom(source);
  }
}
