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
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.PinnedStorage;
import org.initium.cuda.driver.Attribute;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.fill.FillTarget;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.random.Generator;
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
            "compute capability %d.%d, %d multiprocessors, driver for CUDA %s (%s), %s, %s",
            driver.attribute(index, Attribute.COMPUTE_CAPABILITY_MAJOR),
            driver.attribute(index, Attribute.COMPUTE_CAPABILITY_MINOR),
            driver.attribute(index, Attribute.MULTIPROCESSOR_COUNT),
            Driver.written(version),
            Driver.file(),
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
    return PinnedStorage.allocate(Gpus.of(device), bytes);
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
    target.gpu().run(() -> CudaFill.enqueue(target, fill, generator));
  }

  @Override
  public Queue queue(Stream stream) {
    return new CudaQueue(Gpus.of(stream.device()), (CudaStream) stream);
  }

  /** Queues a copy; to memory that is not page-locked, it is done when the call returns. */
  @Override
  public void copyToHost(Storage source, long offset, MemorySegment target, Stream stream) {
    HostCopy.toHost(source, offset, target, (CudaStream) stream);
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  @Override
  public void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream) {
    HostCopy.fromHost(source, target, offset, (CudaStream) stream);
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

  /** On all devices: compiled kernels, page-locked buffers, pools and the contexts themselves. */
  @Override
  public void giveBack() {
    Gpus.release();
  }
}
