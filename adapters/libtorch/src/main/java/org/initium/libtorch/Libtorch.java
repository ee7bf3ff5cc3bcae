// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.initium.DType;
import org.initium.Device;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.TorchCpuGenerator;

/**
 * The tensors of the libtorch in this process, whoever loaded it: DJL's ({@code ((PtNDArray)
 * array).getHandle()}), JavaCPP's ({@code tensor.address()}), or any other {@code at::Tensor*}.
 * They are filled in place, on the CPU and on CUDA, of any size, strides and floating-point dtype:
 *
 * <pre>{@code
 * Libtorch libtorch = Libtorch.ofProcess();
 * libtorch.fill(handle, Init.kaimingUniform(), Generator.philox(42).fork("fc.weight"));
 * }</pre>
 *
 * <p>libtorch is called by the C functions that its ahead-of-time compiler keeps stable ({@code
 * aoti_torch_*}, there from 2.1 on). A fill writes to the tensor's memory and to nothing else of
 * it: autograd does not see it, as it does not see what {@code torch.no_grad()} covers; fill before
 * a tensor is used.
 */
public final class Libtorch {
  private final Shim shim;

  private Libtorch(Shim shim) {
    this.shim = shim;
  }

  private static Libtorch ofProcess;

  /**
   * The libtorch that this process has loaded.
   *
   * @throws IllegalStateException if there is none yet, saying how one is loaded
   */
  public static synchronized Libtorch ofProcess() {
    if (ofProcess == null) {
      ofProcess = at(LoadedLibrary.path("torch_cpu"));
    }
    return ofProcess;
  }

  /**
   * The libtorch of that file ({@code libtorch_cpu.so}), for where it cannot be found by itself.
   */
  public static Libtorch at(Path library) {
    return new Libtorch(new Shim(Objects.requireNonNull(library, "library")));
  }

  /**
   * A tensor of ours over the memory of one of libtorch's: the same device, sizes and strides. It
   * must not be used after libtorch has freed its own; closing it does nothing.
   *
   * @param handle the address of an {@code at::Tensor}
   * @throws IllegalArgumentException if the handle is 0, or its dtype, device or layout is none
   *     that can be filled
   */
  public Tensor wrap(long handle) {
    if (handle == 0) {
      throw new IllegalArgumentException("handle 0 is no tensor; it may have been closed");
    }
    if (!shim.isStrided(handle)) {
      throw new IllegalArgumentException(
          "a sparse tensor of libtorch's cannot be filled; fill a dense one and convert it");
    }
    Shape shape = Shape.of(shim.sizes(handle));
    return Tensor.wrap(
        device(handle), shim.address(handle), shape, shim.strides(handle), dtype(handle));
  }

  /**
   * Fills one of libtorch's tensors: on the CPU it is done when this returns, on CUDA it is queued
   * on libtorch's current stream of the device, as an operation of torch's own would be.
   */
  public void fill(long handle, Initializer initializer, Generator generator) {
    Tensor tensor = wrap(handle);
    Device device = tensor.device();
    if (device.equals(Device.CPU)) {
      tensor.fill(initializer, generator);
    } else {
      long stream = shim.currentStream(device.index());
      tensor.fill(initializer, generator, Stream.wrap(device, stream));
    }
  }

  /**
   * A generator where libtorch's default one of the CPU is now, which {@code torch.manual_seed}
   * seeds: fills with it give the numbers that torch would give next. libtorch's own stays where it
   * is until {@link #setGenerator}; no other thread may draw from it while this is called.
   *
   * @throws UnsupportedOperationException but on Linux x86-64; {@link TorchCpuGenerator#ofState}
   *     takes a state from elsewhere
   */
  public TorchCpuGenerator generator() {
    return TorchCpuGenerator.ofState(new DefaultGenerator(shim).state());
  }

  /**
   * Puts libtorch's default generator of the CPU where a generator of ours is: torch goes on there.
   * No other thread may draw from it while this is called.
   *
   * @throws UnsupportedOperationException but on Linux x86-64
   */
  public void setGenerator(TorchCpuGenerator generator) {
    new DefaultGenerator(shim).state(generator.state());
  }

  private Device device(long handle) {
    int type = shim.deviceType(handle);
    if (type == shim.cpu()) {
      return Device.CPU;
    }
    if (type == shim.cuda()) {
      return Device.cuda(Math.max(0, shim.deviceIndex(handle)));
    }
    throw new IllegalArgumentException(
        "a tensor on libtorch's device type " + type + " cannot be filled; cpu and cuda can");
  }

  private DType dtype(long handle) {
    int type = shim.dtype(handle);
    for (DType dtype : DType.values()) {
      if (scalarType(dtype) == type) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "libtorch's scalar type %d cannot be filled; these can: %s"
            .formatted(type, Arrays.toString(DType.values())));
  }

  /** The numbers of c10::ScalarType, which are part of torch's file formats. */
  static int scalarType(DType dtype) {
    return switch (dtype) {
      case F32 -> 6;
      case F64 -> 7;
      case F16 -> 5;
      case BF16 -> 15;
      case F8_E5M2 -> 23;
      case F8_E4M3FN -> 24;
      case U8 -> 0;
      case I8 -> 1;
      case I16 -> 2;
      case I32 -> 3;
      case I64 -> 4;
      case BOOL -> 11;
    };
  }
}
