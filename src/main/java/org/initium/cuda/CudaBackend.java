package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.text.Text;

/**
 * NVIDIA GPUs. Nothing is loaded before a device is asked for, so a machine without one loses
 * nothing; cuRAND and cuSOLVER are loaded by the first fill that needs them.
 *
 * <p>Fills are queued and return at once. They may be captured into a CUDA graph once each kind has
 * run outside of a capture (the first use compiles and allocates), but for orthogonal fills, fills
 * by cuRAND, and fills with PyTorch's numbers that are made on the host, which are refused. A
 * replay repeats the fill with the words of its capture: the generator moves at the capture and not
 * at a replay.
 */
public final class CudaBackend implements Backend {
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final String NOT_PAGE_LOCKED = "its memory is not page-locked (allocateHost)";
  private static final String MADE_ON_THE_HOST = "its numbers are made on the host";

  @Override
  public String type() {
    return "cuda";
  }

  @Override
  public List<DeviceInfo> devices() {
    List<DeviceInfo> devices = new ArrayList<>();
    for (int i = 0; i < Gpus.count(); i++) {
      devices.add(describe(Device.cuda(i)));
    }
    return devices;
  }

  private static DeviceInfo describe(Device device) {
    Driver driver = new Driver(device.toString());
    int index = device.index();
    int version = driver.version();
    String details =
        Text.format(
            "compute capability %d.%d, %d multiprocessors, driver for CUDA %d.%d (%s), %s, %s",
            driver.attribute(index, CAPABILITY_MAJOR),
            driver.attribute(index, CAPABILITY_MINOR),
            driver.attribute(index, Gpu.MULTIPROCESSORS),
            version / 1000,
            version % 1000 / 10,
            Libraries.from(Library.DRIVER).orElse(""),
            library("cuRAND", Library.CURAND),
            library("cuSOLVER", Library.cusolver(version)));
    return new DeviceInfo(device, driver.deviceName(index), driver.deviceMemory(index), details);
  }

  private static String library(String title, Library library) {
    try {
      return title + " " + Libraries.load(library).from();
    } catch (DeviceUnavailableException e) {
      return "no " + title;
    }
  }

  @Override
  public Storage allocate(Device device, long bytes) {
    return CudaStorage.allocate(Gpus.of(device), bytes);
  }

  @Override
  public Storage allocateHost(Device device, long bytes) {
    return new PinnedStorage(Gpus.of(device), bytes);
  }

  @Override
  public Storage wrap(Device device, long address, long bytes) {
    return CudaStorage.wrap(Gpus.of(device), address, bytes);
  }

  @Override
  public Stream defaultStream(Device device) {
    return Gpus.of(device).defaultStream();
  }

  @Override
  public Stream newStream(Device device) {
    return CudaStream.create(Gpus.of(device));
  }

  @Override
  public Stream wrapStream(Device device, long handle) {
    return CudaStream.borrowed(Gpus.of(device), handle);
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream) {
    Gpu gpu = Gpus.of(tensor.device());
    CudaStream queue = (CudaStream) stream;
    // What is wrong is found before the generator moves.
    queue.handle(); // throws if closed
    refuseCapture(new Target(gpu, tensor, queue), fill, generator);
    if (fill instanceof Fill.Orthogonal orthogonal) {
      Orthogonal.check(orthogonal, tensor.whole());
    }
    switch (generator) {
      case PhiloxGenerator philox -> {
        long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
        if (tensor.shape().numel() > 0) {
          queue(new Target(gpu, tensor, queue), fill, philox.seed(), start);
        }
      }
      case TorchCpuGenerator torch -> fillWithTorch(new Target(gpu, tensor, queue), fill, torch);
      case TorchCudaGenerator torch ->
          fillWithTorch(new Target(gpu, tensor, queue), fill, torch.on(gpu.geometry()));
    }
  }

  /**
   * Throws, before anything is touched, if the fill would spoil a graph that it is captured into.
   */
  private static void refuseCapture(Target target, Fill.Elementary fill, Generator generator) {
    String reason = reasonNotToCapture(target, fill, generator);
    if (reason != null) {
      target.stream().refuseCapture(fill + " with " + generator, reason);
    }
  }

  private static String reasonNotToCapture(
      Target target, Fill.Elementary fill, Generator generator) {
    if (fill instanceof Fill.Orthogonal) {
      return "cuSOLVER does not say that its calls can be";
    }
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      return null;
    }
    return switch (generator) {
      case PhiloxGenerator _ ->
          Random.isByCurand(fill) ? "cuRAND's generator is shared with other fills" : null;
      case TorchCpuGenerator _ -> MADE_ON_THE_HOST;
      case TorchCudaGenerator _ -> TorchRandom.fits(target, fill) ? null : MADE_ON_THE_HOST;
    };
  }

  @Override
  public Queue queue(Stream stream) {
    return new CudaQueue(this, Gpus.of(stream.device()), (CudaStream) stream);
  }

  /**
   * PyTorch's numbers are made on the host and copied, but for the uniforms and normals of its CUDA
   * generator in one run of memory; what draws none is the same as with ours.
   */
  private void fillWithTorch(Target target, Fill.Elementary fill, Generator generator) {
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      if (target.tensor().shape().numel() > 0) {
        queue(target, fill, 0, 0);
      }
    } else if (!(generator instanceof TorchCudaGenerator torch
        && queueWithTorch(target, fill, torch))) {
      new HostFill(target, generator).fill(this, fill);
    }
  }

  /** Queues a fill with PyTorch's numbers, if there is a kernel for it. */
  private static boolean queueWithTorch(
      Target target, Fill.Elementary fill, TorchCudaGenerator generator) {
    if (!TorchRandom.fits(target, fill)) {
      return false;
    }
    target.stream().remember(target.tensor(), fill);
    ((CudaStorage) target.tensor().storage()).usedBy(target.stream());
    try (Current _ = target.gpu().enter()) {
      new TorchRandom(target, generator).fill(fill);
    }
    return true;
  }

  private static void queue(Target target, Fill.Elementary fill, long seed, long start) {
    target.stream().remember(target.tensor(), fill);
    ((CudaStorage) target.tensor().storage()).usedBy(target.stream());
    try (Current _ = target.gpu().enter()) {
      switch (fill) {
        case Fill.Constant constant -> Fixed.constant(target, constant.value());
        case Fill.Eye eye -> Fixed.eye(target, eye);
        case Fill.Dirac dirac -> Fixed.dirac(target, dirac);
        case Fill.Hadamard hadamard -> Fixed.hadamard(target, hadamard);
        case Fill.Uniform uniform -> Random.uniform(target, uniform, seed, start);
        case Fill.Normal normal -> Random.normal(target, normal, seed, start);
        case Fill.TruncatedNormal normal -> Random.truncated(target, normal, seed, start);
        case Fill.Sparse sparse -> Sparse.fill(target, sparse, seed, start);
        case Fill.Orthogonal orthogonal -> Orthogonal.fill(target, orthogonal, seed, start);
      }
    }
  }

  /** Queues a copy; to memory that is not page-locked, it is done when the call returns. */
  @Override
  public void copyToHost(Storage source, long offset, MemorySegment target, Stream stream) {
    CudaStream queue = (CudaStream) stream;
    Gpu gpu = begin(source, offset, target.byteSize(), queue);
    copy(
        source,
        queue,
        from -> {
          long at = from + offset;
          long bytes = target.byteSize();
          Runnable direct =
              () -> gpu.driver().copyToHost(target.address(), at, bytes, queue.handle());
          if (!PinnedStorage.copied(target, gpu, direct) && bytes > 0) {
            queue.refuseCapture("a copy to the host", NOT_PAGE_LOCKED);
            gpu.staging().toHost(at, target, queue.handle());
          }
        });
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  @Override
  public void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream) {
    CudaStream queue = (CudaStream) stream;
    Gpu gpu = begin(target, offset, source.byteSize(), queue);
    copy(
        target,
        queue,
        to -> {
          long at = to + offset;
          long bytes = source.byteSize();
          Runnable direct =
              () -> gpu.driver().copyFromHost(at, source.address(), bytes, queue.handle());
          if (!PinnedStorage.copied(source, gpu, direct) && bytes > 0) {
            queue.refuseCapture("a copy from the host", NOT_PAGE_LOCKED);
            gpu.staging().fromHost(source, at, queue.handle());
          }
        });
  }

  /**
   * Queues a copy that takes the address of memory on the device, which is held until it is queued.
   */
  private static void copy(Storage memory, CudaStream queue, LongConsumer copy) {
    memory.during(
        () -> {
          ((CudaStorage) memory).usedBy(queue);
          try (Current _ = Gpus.of(memory.device()).enter()) {
            copy.accept(memory.address());
          } catch (CudaException e) {
            throw queue.explained(e);
          }
        });
  }

  private static Gpu begin(Storage storage, long offset, long bytes, CudaStream stream) {
    if (offset < 0 || bytes > storage.bytes() - offset) {
      throw new IllegalArgumentException(
          Text.message(
              "%d bytes from byte %d on are not inside a storage of %d",
              bytes, offset, storage.bytes()));
    }
    if (!stream.device().equals(storage.device())) {
      throw new IllegalArgumentException(
          Text.message("the stream is on %s, the memory on %s", stream.device(), storage.device()));
    }
    return Gpus.of(storage.device());
  }

  /**
   * Gives back what was kept for speed on all devices: compiled kernels, page-locked buffers, pools
   * and the contexts themselves. No tensor or stream of a CUDA device may be open; the next use
   * starts anew.
   */
  public static void release() {
    Gpus.release();
  }
}
