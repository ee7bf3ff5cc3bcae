// SPDX-License-Identifier: Apache-2.0
import static jcuda.driver.JCudaDriver.*;

import jcuda.Pointer;
import jcuda.driver.*;
import org.initium.DType;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.cuda.JCudaInterop;
import org.initium.random.Generator;

/** A plain JCuda program: memory and a stream of its own, in the device's primary context. */
public final class JCudaWeights {
  private JCudaWeights() {}

  public static float[] filled(Shape shape, Initializer initializer, Generator generator) {
    cuInit(0);
    CUdevice device = new CUdevice();
    cuDeviceGet(device, 0);
    CUcontext context = new CUcontext();
    cuDevicePrimaryCtxRetain(context, device); // where fills run, and the runtime's programs
    cuCtxSetCurrent(context);
    CUdeviceptr memory = new CUdeviceptr();
    cuMemAlloc(memory, 4 * shape.numel());
    CUstream stream = new CUstream();
    cuStreamCreate(stream, 0);
    try (Stream wrapped = JCudaInterop.wrap(0, stream)) { // closing it leaves yours alone
      JCudaInterop.wrap(0, memory, shape, DType.F32).fill(initializer, generator, wrapped);
    } // queued, as a kernel of yours would be
    cuStreamSynchronize(stream);
    float[] read = new float[(int) shape.numel()];
    cuMemcpyDtoH(Pointer.to(read), memory, 4 * shape.numel());
    cuStreamDestroy(stream);
    cuMemFree(memory);
    cuDevicePrimaryCtxRelease(device);
    return read;
  }
}
