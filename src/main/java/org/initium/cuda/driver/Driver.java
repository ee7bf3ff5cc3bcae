// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static jcuda.driver.JCudaDriver.*;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import jcuda.JCudaVersion;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JITOptions;
import org.initium.cuda.ContextLostException;
import org.initium.cuda.CudaException;
import org.initium.cuda.library.Jcuda;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;

/**
 * The CUDA driver API, in addresses and handles: the one class that knows JCuda's binding of it.
 * Every status is checked, and a failure names the call and the device.
 *
 * @param where the device that the calls are for, as messages name it
 */
public record Driver(String where) {
  /** Handles are private in JCuda, and a raw one cannot be wrapped; this reads and writes them. */
  private static final VarHandle HANDLE = handle();

  /** Statuses after which the context is unusable; cuda.h says so of each. */
  private static final Set<Integer> STICKY =
      Set.of(214, 220, 700, 702, 708, 709, 710, 714, 715, 716, 717, 718, 719);

  public static final int OUT_OF_MEMORY = CUresult.CUDA_ERROR_OUT_OF_MEMORY;
  private static final int NOT_READY = CUresult.CUDA_ERROR_NOT_READY;

  /** The mode in which a thread's calls are permitted whatever is captured. */
  static final int CAPTURE_RELAXED = 2;

  private static final int MEMORY_TYPE = 2;
  private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
  private static final int STREAM_NON_BLOCKING = 1;
  private static final int EVENT_DISABLE_TIMING = 2;
  private static final int LOG_BYTES = 4096;

  private static VarHandle handle() {
    try {
      return MethodHandles.privateLookupIn(NativePointerObject.class, MethodHandles.lookup())
          .findVarHandle(NativePointerObject.class, "nativePointer", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Makes a JCuda object stand for a handle or address. */
  public static <T extends NativePointerObject> T at(long address, T object) {
    HANDLE.set(object, address);
    return object;
  }

  public static long of(NativePointerObject object) {
    return (long) HANDLE.get(object);
  }

  private static Pointer pointer(long address) {
    return at(address, new Pointer());
  }

  private static CUdeviceptr memory(long address) {
    return at(address, new CUdeviceptr());
  }

  private static CUstream stream(long handle) {
    return at(handle, new CUstream());
  }

  void check(String call, int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failure(call, status, "");
    }
  }

  /**
   * Gives something back. What failed for a passing reason is tried once more, lest the thing be
   * lost for good.
   */
  public void twice(Runnable giveBack) {
    try {
      giveBack.run();
    } catch (ContextLostException e) {
      throw e;
    } catch (CudaException e) {
      giveBack.run();
    }
  }

  private CudaException failure(String call, int status, String detail) {
    String code = text(status, true);
    String text = text(status, false) + (detail.isBlank() ? "" : ": " + detail.strip());
    return STICKY.contains(status)
        ? new ContextLostException(call, status, code, text, where)
        : new CudaException(call, status, code, text, where);
  }

  private static String text(int status, boolean name) {
    String[] text = {null};
    int asked = name ? cuGetErrorName(status, text) : cuGetErrorString(status, text);
    return asked == CUresult.CUDA_SUCCESS && text[0] != null
        ? text[0]
        : name ? Jcuda.named(CUresult.stringFor(status)) : "";
  }

  /** Loads the driver and the binding, and starts it; returns cuInit's status. */
  public static int init() {
    Libraries.load(Library.DRIVER);
    Jcuda.start(JCudaVersion.get(), "JCudaDriver", () -> cuDriverGetVersion(new int[1]));
    return cuInit(0);
  }

  /** The driver's file. */
  public static String file() {
    return Libraries.load(Library.DRIVER).from();
  }

  public static String describe(int status) {
    return text(status, true) + ": " + text(status, false);
  }

  /** The CUDA version that the driver supports, as 12060. */
  public int version() {
    int[] version = {0};
    check("cuDriverGetVersion", cuDriverGetVersion(version));
    return version[0];
  }

  /** A version as people write it: 12.6. */
  public static String written(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  public int deviceCount() {
    int[] count = {0};
    check("cuDeviceGetCount", cuDeviceGetCount(count));
    return count[0];
  }

  private CUdevice device(int index) {
    CUdevice device = new CUdevice();
    check("cuDeviceGet", cuDeviceGet(device, index));
    return device;
  }

  public String deviceName(int index) {
    byte[] name = new byte[256];
    check("cuDeviceGetName", cuDeviceGetName(name, name.length, device(index)));
    return new String(name, StandardCharsets.UTF_8).replaceAll("\0.*", "");
  }

  public long deviceMemory(int index) {
    long[] bytes = {0};
    check("cuDeviceTotalMem", cuDeviceTotalMem(bytes, device(index)));
    return bytes[0];
  }

  public int attribute(int index, Attribute attribute) {
    int[] value = {0};
    check("cuDeviceGetAttribute", cuDeviceGetAttribute(value, attribute.number, device(index)));
    return value[0];
  }

  /** The device's primary context: the one that engines on the runtime API share. */
  public long retainPrimary(int index) {
    CUcontext context = new CUcontext();
    check("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain(context, device(index)));
    return of(context);
  }

  public void releasePrimary(int index) {
    twice(() -> check("cuDevicePrimaryCtxRelease", cuDevicePrimaryCtxRelease(device(index))));
  }

  public void push(long context) {
    check("cuCtxPushCurrent", cuCtxPushCurrent(at(context, new CUcontext())));
  }

  public void pop() {
    check("cuCtxPopCurrent", cuCtxPopCurrent(new CUcontext()));
  }

  public void synchronizeContext() {
    check("cuCtxSynchronize", cuCtxSynchronize());
  }

  long allocate(long bytes) {
    CUdeviceptr memory = new CUdeviceptr();
    check("cuMemAlloc", cuMemAlloc(memory, bytes));
    return of(memory);
  }

  void free(long address) {
    twice(() -> check("cuMemFree", cuMemFree(memory(address))));
  }

  void freeAsync(long address, long stream) {
    twice(() -> check("cuMemFreeAsync", cuMemFreeAsync(memory(address), stream(stream))));
  }

  /** Free and total bytes. */
  public long[] memoryInfo() {
    long[] free = {0};
    long[] total = {0};
    check("cuMemGetInfo", cuMemGetInfo(free, total));
    return new long[] {free[0], total[0]};
  }

  /** Page-locked host memory, usable from every context. */
  public long allocateHost(long bytes) {
    Pointer memory = new Pointer();
    check("cuMemHostAlloc", cuMemHostAlloc(memory, bytes, CU_MEMHOSTALLOC_PORTABLE));
    return of(memory);
  }

  public void freeHost(long address) {
    twice(() -> check("cuMemFreeHost", cuMemFreeHost(pointer(address))));
  }

  /** Whether an address is of memory that was had from CUDA, by anyone in this process. */
  public boolean knows(long address) {
    int status = cuPointerGetAttribute(Pointer.to(new int[1]), MEMORY_TYPE, memory(address));
    if (status == CUresult.CUDA_ERROR_INVALID_VALUE) {
      return false;
    }
    check("cuPointerGetAttribute", status);
    return true;
  }

  public void copyToHost(long host, long source, long bytes, long stream) {
    check(
        "cuMemcpyDtoHAsync",
        cuMemcpyDtoHAsync(pointer(host), memory(source), bytes, stream(stream)));
  }

  public void copyFromHost(long target, long host, long bytes, long stream) {
    check(
        "cuMemcpyHtoDAsync",
        cuMemcpyHtoDAsync(memory(target), pointer(host), bytes, stream(stream)));
  }

  /** Queues zeros. */
  public void clear(long target, long bytes, long stream) {
    check("cuMemsetD8Async", cuMemsetD8Async(memory(target), (byte) 0, bytes, stream(stream)));
  }

  public long newStream() {
    CUstream stream = new CUstream();
    check("cuStreamCreate", cuStreamCreate(stream, STREAM_NON_BLOCKING));
    return of(stream);
  }

  public void destroyStream(long stream) {
    twice(() -> check("cuStreamDestroy", cuStreamDestroy(stream(stream))));
  }

  public void synchronize(long stream) {
    check("cuStreamSynchronize", cuStreamSynchronize(stream(stream)));
  }

  /** Whether a stream is captured into a graph. */
  public enum Capture {
    NONE,
    ACTIVE,
    /** The stream is the default one, and cannot be used while another is captured. */
    OF_ANOTHER_STREAM
  }

  public Capture capture(long stream) {
    int[] captured = {0};
    int status = cuStreamIsCapturing(stream(stream), captured);
    if (status == CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT) {
      return Capture.OF_ANOTHER_STREAM;
    }
    check("cuStreamIsCapturing", status);
    return captured[0] == 0 ? Capture.NONE : Capture.ACTIVE;
  }

  /**
   * Puts the calling thread's mode of capture into the place of the one given, and that into it.
   */
  void exchangeCaptureMode(int[] mode) {
    check("cuThreadExchangeStreamCaptureMode", cuThreadExchangeStreamCaptureMode(mode));
  }

  public void await(long stream, long event) {
    check("cuStreamWaitEvent", cuStreamWaitEvent(stream(stream), at(event, new CUevent()), 0));
  }

  public long newEvent() {
    CUevent event = new CUevent();
    check("cuEventCreate", cuEventCreate(event, EVENT_DISABLE_TIMING));
    return of(event);
  }

  public void destroyEvent(long event) {
    twice(() -> check("cuEventDestroy", cuEventDestroy(at(event, new CUevent()))));
  }

  public void record(long event, long stream) {
    check("cuEventRecord", cuEventRecord(at(event, new CUevent()), stream(stream)));
  }

  public boolean isDone(long event) {
    int status = cuEventQuery(at(event, new CUevent()));
    if (status == NOT_READY) {
      return false;
    }
    check("cuEventQuery", status);
    return true;
  }

  public void synchronizeEvent(long event) {
    check("cuEventSynchronize", cuEventSynchronize(at(event, new CUevent())));
  }

  /** Compiles PTX for the current device. */
  public long loadModule(byte[] ptx) {
    CUmodule module = new CUmodule();
    byte[] text = Arrays.copyOf(ptx, ptx.length + 1);
    JITOptions options = new JITOptions();
    options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
    options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    int status = cuModuleLoadDataJIT(module, Pointer.to(text), options);
    if (status != CUresult.CUDA_SUCCESS) {
      String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
      throw failure("cuModuleLoadDataEx", status, log == null ? "" : log);
    }
    return of(module);
  }

  public void unloadModule(long module) {
    twice(() -> check("cuModuleUnload", cuModuleUnload(at(module, new CUmodule()))));
  }

  long function(long module, String name) {
    CUfunction function = new CUfunction();
    check(
        "cuModuleGetFunction (" + name + ")",
        cuModuleGetFunction(function, at(module, new CUmodule()), name));
    return of(function);
  }

  /** How many blocks of so many threads one multiprocessor holds at a time. */
  int residentBlocks(long function, int threads) {
    int[] blocks = {0};
    check(
        "cuOccupancyMaxActiveBlocksPerMultiprocessor",
        cuOccupancyMaxActiveBlocksPerMultiprocessor(
            blocks, at(function, new CUfunction()), threads, 0));
    return blocks[0];
  }

  /** Lets launches of a kernel have so much shared memory beside what it declares. */
  void allowShared(String name, long function, int bytes) {
    check(
        "cuFuncSetAttribute (" + name + ")",
        cuFuncSetAttribute(at(function, new CUfunction()), MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
  }

  /** Queues a kernel whose one parameter, a struct, has those fields. */
  void launch(
      String name,
      long function,
      int blocks,
      int rows,
      int threads,
      int sharedBytes,
      long stream,
      long[] parameter) {
    check(
        "cuLaunchKernel (" + name + ")",
        cuLaunchKernel(
            at(function, new CUfunction()),
            blocks,
            rows,
            1,
            threads,
            1,
            1,
            sharedBytes,
            stream(stream),
            Pointer.to(Pointer.to(parameter)),
            null));
  }
}
