// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.CudaException;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.PinnedStorage;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.driver.OsThread;
import org.initium.cuda.driver.WorkMark;
import org.initium.cuda.fill.ElementFill;
import org.initium.cuda.fill.FillTarget;
import org.initium.cuda.fill.FixedFill;
import org.initium.cuda.fill.SparseFill;
import org.initium.cuda.fill.TorchElementFill;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.cuda.orthogonal.JoinedMatrices;
import org.initium.cuda.orthogonal.MatrixFill;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.text.Text;

/**
 * NVIDIA GPUs. Nothing is loaded before a device is asked for, so a machine without one loses
 * nothing; cuRAND and cuSOLVER are loaded by the first fill that needs them.
 *
 * <p>Fills are queued and return at once. They may be captured into a CUDA graph, also as the first
 * of their kind, but for orthogonal fills that are cuSOLVER's, fills by cuRAND, and fills with
 * PyTorch's numbers that are made on the host, which are refused. A replay repeats the fill with
 * the words of its capture: the generator moves at the capture and not at a replay.
 */
public final class CudaBackend implements Backend {
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final String NOT_PAGE_LOCKED = "its memory is not page-locked (allocateHost)";
  private static final String MADE_ON_THE_HOST = "its numbers are made on the host";

  /** For the service loader; nothing of CUDA is loaded by it. */
  public CudaBackend() {}

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
    FillTarget target = new FillTarget(Gpus.of(tensor.device()), tensor, (CudaStream) stream);
    target.gpu().run(() -> fill(target, fill, generator));
  }

  private void fill(FillTarget target, Fill.Elementary fill, Generator generator) {
    // What is wrong is found before the generator moves.
    refuseCapture(target, fill, generator);
    if (fill instanceof Fill.ByIndex) {
      new HostFill(target, Generator.philox(0)).fill(this, fill); // which draws nothing
      return;
    }
    if (fill instanceof Fill.Orthogonal orthogonal) {
      MatrixFill.check(orthogonal, target.tensor().whole());
    }
    switch (generator) {
      case PhiloxGenerator philox -> {
        long start = philox.take(fill.words(target.tensor().whole(), target.dtype()));
        launch(target, fill, philox.seed(), start);
      }
      case TorchCpuGenerator torch -> fillWithTorch(target, fill, torch);
      case TorchCudaGenerator torch ->
          fillWithTorch(target, fill, torch.on(target.gpu().geometry()));
    }
  }

  /**
   * Throws, before anything is touched, if the fill would spoil a graph that it is captured into,
   * or one that another stream captures.
   */
  private static void refuseCapture(FillTarget target, Fill.Elementary fill, Generator generator) {
    boolean captured = target.stream().isCaptured();
    String reason = captured ? reasonNotToCapture(target, fill, generator) : null;
    if (reason != null) {
      target.stream().refuseCapture(fill + " with " + generator, reason);
    }
  }

  private static String reasonNotToCapture(
      FillTarget target, Fill.Elementary fill, Generator generator) {
    if (fill instanceof Fill.Orthogonal matrix
        && !JoinedMatrices.take(target.gpu(), matrix, target.tensor().whole(), target.dtype())) {
      return "cuSOLVER does not say that its calls can be";
    }
    if (fill instanceof Fill.ByIndex) {
      return MADE_ON_THE_HOST;
    }
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      return null;
    }
    return switch (generator) {
      case PhiloxGenerator _ ->
          ElementFill.isByCurand(fill) ? "cuRAND's generator is shared with other fills" : null;
      case TorchCpuGenerator _ -> MADE_ON_THE_HOST;
      case TorchCudaGenerator _ -> TorchElementFill.fits(target, fill) ? null : MADE_ON_THE_HOST;
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
  private void fillWithTorch(FillTarget target, Fill.Elementary fill, Generator generator) {
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      launch(target, fill, 0, 0);
    } else if (generator instanceof TorchCudaGenerator torch
        && TorchElementFill.fits(target, fill)) {
      enqueue(target, fill, () -> new TorchElementFill(target, torch).fill(fill));
    } else {
      new HostFill(target, generator).fill(this, fill);
    }
  }

  private static void enqueue(FillTarget target, Fill.Elementary fill, Runnable launches) {
    target.stream().state().remember(target.tensor(), fill);
    target.stream().enqueue(List.of((CudaStorage) target.tensor().storage()), launches);
  }

  /** Launches the kernels of a fill, if there is anything to be filled. */
  private static void launch(FillTarget target, Fill.Elementary fill, long seed, long start) {
    if (target.tensor().shape().numel() > 0) {
      enqueue(target, fill, () -> kernels(target, fill, seed, start));
    }
  }

  private static void kernels(FillTarget target, Fill.Elementary fill, long seed, long start) {
    switch (fill) {
      case Fill.Constant constant -> FixedFill.constant(target, constant.value());
      case Fill.Eye eye -> FixedFill.eye(target, eye);
      case Fill.Hadamard hadamard -> FixedFill.hadamard(target, hadamard);
      case Fill.ByIndex _ -> throw new AssertionError("made on the host");
      case Fill.PerElement elements -> ElementFill.fill(target, elements, seed, start);
      case Fill.Sparse sparse -> SparseFill.fill(target, sparse, seed, start);
      case Fill.Orthogonal orthogonal -> MatrixFill.fill(target, orthogonal, seed, start);
    }
  }

  /** Queues a copy; to memory that is not page-locked, it is done when the call returns. */
  @Override
  public void copyToHost(Storage source, long offset, MemorySegment target, Stream stream) {
    MemorySegment host = OsThread.reachable(target);
    copy(
        source,
        offset,
        host,
        (CudaStream) stream,
        (gpu, from, on) -> {
          on.state().outcomes().handTo(OsThread.caller(), source);
          WorkMark mark = on.state().mark();
          long bytes = host.byteSize();
          Runnable direct = () -> gpu.driver().copyToHost(host.address(), from, bytes, on.handle());
          if (!PinnedStorage.copied(host, mark, direct) && bytes > 0) {
            on.refuseCapture("a copy to the host", NOT_PAGE_LOCKED);
            gpu.staging().toHost(from, host, on);
          }
        });
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  @Override
  public void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream) {
    MemorySegment host = OsThread.reachable(source);
    copy(
        target,
        offset,
        host,
        (CudaStream) stream,
        (gpu, to, on) -> {
          WorkMark mark = on.state().mark();
          long bytes = host.byteSize();
          Runnable direct = () -> gpu.driver().copyFromHost(to, host.address(), bytes, on.handle());
          if (!PinnedStorage.copied(host, mark, direct) && bytes > 0) {
            on.refuseCapture("a copy from the host", NOT_PAGE_LOCKED);
            gpu.staging().fromHost(host, to, on);
          }
        });
  }

  /** Calls that queue a copy from or to an address of the device. */
  private interface Copy {
    void queue(Gpu gpu, long address, CudaStream stream);
  }

  private static void copy(
      Storage storage, long offset, MemorySegment host, CudaStream stream, Copy copy) {
    long bytes = host.byteSize();
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
    Gpu gpu = Gpus.of(storage.device());
    try {
      stream.enqueue(
          List.of((CudaStorage) storage),
          () -> {
            stream.isCaptured(); // throws if another stream is, and would be spoilt
            copy.queue(gpu, storage.address() + offset, stream);
          });
    } catch (CudaException e) {
      throw stream.state().explained(e);
    }
  }

  @Override
  public void giveBack() {
    release();
  }

  /**
   * Gives the driver back, on all devices, the memory of closed tensors, which is kept for the next
   * ones: for another engine of this process, or another process, that needs it. Waits for the work
   * that still uses some.
   */
  @Override
  public void trim() {
    Gpus.started().forEach(gpu -> gpu.run(gpu.pool()::trim));
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
