// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.DType;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cpu.kernels.NativeLibrary;
import org.initium.cpu.memory.CpuStorage;
import org.initium.cpu.memory.HostMemory;
import org.initium.cpu.memory.WrappedMemory;
import org.initium.random.Generator;
import org.initium.text.ArgumentChecks;

/** The host's memory, filled by its processor; a fill is done when the call returns. */
public final class CpuBackend implements Backend {
  private final CpuOptions options;
  private final CpuStream all; // threads that there are
  private volatile boolean prepared;

  /** With the options of the system properties initium.threads and initium.native. */
  public CpuBackend() {
    HostMemory.require();
    this(CpuOptions.fromProperties());
  }

  CpuBackend(CpuOptions options) {
    this.options = options;
    this.all = new CpuStream(options.fills());
  }

  /**
   * Has the classes of a fill loaded, which would take a first one as long as its work. Memory of
   * someone else's is filled at once: nothing would be won there.
   */
  private void prepare() {
    prepared = true;
    long memory = HostMemory.allocate(32); // wrapped, since what owns memory has classes more
    Tensor few = Tensor.of(CpuStorage.wrap(memory, 32), Shape.of(8), DType.F32);
    few.fill(new Fill.Constant(0), Generator.philox(0), all);
    few.fill(new Fill.Uniform(0, 1), Generator.philox(0), all);
    few.fill(new Fill.Normal(0, 1), Generator.philox(0), all);
    HostMemory.free(memory, 32);
    all.kernels().team().prepare();
  }

  @Override
  public String type() {
    return Device.CPU.type();
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(
        new DeviceInfo(
            Device.CPU, System.getProperty("os.arch"), HostMemory.total(), options.toString()));
  }

  @Override
  public Storage allocate(Device device, long bytes) {
    check(device);
    if (!prepared) {
      prepare();
    }
    return CpuStorage.allocate(bytes);
  }

  @Override
  public Storage wrap(Device device, long address, long bytes) {
    check(device);
    return CpuStorage.wrap(address, bytes);
  }

  @Override
  public long address(ByteBuffer buffer) {
    return buffer.isDirect() && NativeLibrary.failure() == null
        ? NativeLibrary.address(buffer)
        : Backend.super.address(buffer);
  }

  @Override
  public Storage wrap(MemorySegment memory) {
    return new WrappedMemory(memory);
  }

  private static void check(Device device) {
    if (!device.equals(Device.CPU)) {
      throw new DeviceUnavailableException("there is no device " + device + "; there is cpu");
    }
  }

  @Override
  public Stream defaultStream(Device device) {
    check(device);
    return all;
  }

  @Override
  public Stream newStream(Device device) {
    return defaultStream(device);
  }

  @Override
  public Stream newStream(Device device, int threads) {
    check(device);
    ArgumentChecks.that(threads >= 1, "threads", threads, "1 or more");
    return all.limited(threads);
  }

  @Override
  public Stream wrapStream(Device device, long handle) {
    if (handle != 0) {
      throw new IllegalArgumentException(
          "stream handle " + handle + " is not the CPU's; it has no streams but 0");
    }
    return defaultStream(device);
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream) {
    ((CpuStream) stream).fill(tensor, fill, generator);
  }

  @Override
  public Queue queue(Stream stream) {
    return new CpuQueue((CpuStream) stream);
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
