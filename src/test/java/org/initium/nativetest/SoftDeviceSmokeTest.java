// SPDX-License-Identifier: Apache-2.0
package org.initium.nativetest;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.runtime.cudaStream_t;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JCuda's real natives on the software device, without any of our own code in between: what a test
 * of the CUDA backend stands on.
 */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
@SuppressWarnings("restricted") // dlopen
@Tag("slow")
class SoftDeviceSmokeTest {
  private static final int N = 1 << 20;
  private static final int BLOCK = 64;

  /** fill(p, v): p[i] = v for each thread. */
  private static final String PTX =
      """
      .version 6.3
      .target sm_75
      .address_size 64
      .visible .entry fill(.param .u64 p, .param .u32 v)
      {
        .reg .b32 %r<6>;
        .reg .b64 %d<4>;
        ld.param.u64 %d1, [p];
        cvta.to.global.u64 %d2, %d1;
        ld.param.u32 %r1, [v];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.s32 %r5, %r2, %r3, %r4;
        mad.wide.u32 %d3, %r5, 4, %d2;
        st.global.u32 [%d3], %r1;
        ret;
      }
      """;

  private final CUdevice device = new CUdevice();
  private final CUstream stream = new CUstream();
  private final CUmodule module = new CUmodule();
  private final CUfunction fill = new CUfunction();
  private final CUdeviceptr memory = new CUdeviceptr();

  @BeforeEach
  void open() {
    CUcontext context = new CUcontext();
    ok(cuInit(0));
    ok(cuDeviceGet(device, 0));
    ok(cuDevicePrimaryCtxRetain(context, device));
    ok(cuCtxSetCurrent(context));
    ok(cuStreamCreate(stream, 1));
    ok(cuModuleLoadData(module, PTX));
    ok(cuModuleGetFunction(fill, module, "fill"));
    ok(cuMemAlloc(memory, 4L * N));
  }

  @AfterEach
  void close() {
    cuMemFree(memory);
    cuModuleUnload(module);
    cuStreamDestroy(stream);
    ok(cuDevicePrimaryCtxRelease(device));
  }

  @Test
  void saysItsNameAndTwoDevices() {
    byte[] name = new byte[64];
    int[] count = new int[1];
    ok(cuDeviceGetName(name, name.length, device));
    ok(cuDeviceGetCount(count));
    assertEquals("Initium software CUDA device", new String(name).trim());
    assertEquals(2, count[0]);
  }

  @Test
  void launchesAKernelOfAMillionThreads(SoftDevice soft) {
    long start = System.nanoTime();
    launch(7, N);
    assertEquals(1, soft.pending());
    ok(cuStreamSynchronize(stream));
    long millis = (System.nanoTime() - start) / 1_000_000;
    System.out.println("fill of 2^20 elements: " + millis + " ms");
    int[] out = download(N);
    assertEquals(N, Arrays.stream(out).filter(v -> v == 7).count());
  }

  @Test
  void capturesAGraph() {
    CUgraph graph = new CUgraph();
    CUgraphExec exec = new CUgraphExec();
    ok(cuMemcpyHtoD(memory, Pointer.to(new int[64]), 256));
    ok(cuStreamBeginCapture(stream, 0));
    launch(9, 64);
    ok(cuStreamEndCapture(stream, graph));
    assertArrayEquals(new int[64], download(64));
    ok(cuGraphInstantiate(exec, graph, new CUgraphNode(), new byte[256], 256));
    ok(cuGraphLaunch(exec, stream));
    ok(cuStreamSynchronize(stream));
    assertEquals(9, download(64)[63]);
    ok(cuGraphExecDestroy(exec));
    ok(cuGraphDestroy(graph));
  }

  @Test
  void findsAnOutOfBoundsWrite(SoftDevice soft) {
    launch(1, N + BLOCK);
    assertEquals(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, cuStreamSynchronize(stream));
    assertEquals(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, cuCtxSynchronize());
    assertEquals(1, soft.findings());
    assertTrue(soft.findingTexts().getFirst().contains("fill"), soft.findingTexts()::toString);
    soft.reset();
    ok(cuCtxSynchronize());
  }

  @Test
  void failsByOrder(SoftDevice soft) {
    soft.setFaults("cuMemAlloc:2:2");
    CUdeviceptr one = new CUdeviceptr();
    ok(cuMemAlloc(one, 16));
    assertEquals(CUresult.CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc(new CUdeviceptr(), 16));
    assertEquals(2, soft.live("memory"));
    ok(cuMemFree(one));
    assertEquals(3, soft.calls("cuMemAlloc")); // one of them before the test
    assertThrows(IllegalArgumentException.class, () -> soft.setFaults("cuMemAlloc"));
  }

  @Test
  void generatesCurandsWords(SoftDevice soft) {
    assumeTrue(
        Files.exists(Path.of(System.getProperty("user.home"), ".cache/initium/libcurand.so.10"))
            || System.getenv("INITIUM_REAL_CURAND") != null
            || "true".equals(System.getenv("CI")),
        "NVIDIA's libcurand is not here; native-test/fetch-curand.sh gets it");
    curandGenerator generator = new curandGenerator();
    ok(JCurand.curandCreateGenerator(generator, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10));
    ok(JCurand.curandSetPseudoRandomGeneratorSeed(generator, 0));
    ok(JCurand.curandSetStream(generator, new cudaStream_t(stream)));
    ok(JCurand.curandGenerate(generator, memory, 64));
    assertEquals(1, soft.pending());
    ok(cuStreamSynchronize(stream));
    // Random123's known answer for philox4x32-10 of zeros.
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Arrays.copyOf(download(64), 4));
    ok(JCurand.curandDestroyGenerator(generator));
    assertEquals(0, soft.live("cuRAND generator"));
  }

  @Test
  void factorizesByCusolver(SoftDevice soft) {
    cusolverDnHandle handle = new cusolverDnHandle();
    ok(JCusolverDn.cusolverDnCreate(handle));
    ok(JCusolverDn.cusolverDnSetStream(handle, new cudaStream_t(stream)));
    // QR of (3, 4)': R is -5, by the sign that LAPACK's Householder vector has.
    ok(cuMemcpyHtoD(memory, Pointer.to(new float[] {3, 4}), 8));
    int[] work = new int[1];
    ok(JCusolverDn.cusolverDnSgeqrf_bufferSize(handle, 2, 1, memory, 2, work));
    ok(JCusolverDn.cusolverDnSgeqrf(handle, 2, 1, memory, 2, at(8), at(1024), work[0], at(16)));
    ok(cuStreamSynchronize(stream));
    float[] r = new float[1];
    ok(cuMemcpyDtoH(Pointer.to(r), memory, 4));
    assertEquals(-5f, r[0], 1e-6f);
    ok(JCusolverDn.cusolverDnDestroy(handle));
    assertEquals(0, soft.live("cuSOLVER handle"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JCudaDriver", "JCudaRuntime", "JCurand", "JCusolver"})
  void everySymbolOfTheNativesIsBound(String name, @TempDir Path folder) throws Throwable {
    String file = "lib" + name + "-11.7.0-linux-x86_64.so";
    Path copy = folder.resolve(file);
    try (InputStream in = SoftDeviceSmokeTest.class.getResourceAsStream("/lib/" + file)) {
      assertNotNull(in, file);
      Files.copy(in, copy);
    }
    MethodHandle dlopen =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().find("dlopen").orElseThrow(),
                FunctionDescriptor.of(
                    ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    int now = 2; // RTLD_NOW: binds everything, or fails
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle =
          (MemorySegment) dlopen.invokeExact(arena.allocateFrom(copy.toString()), now);
      assertTrue(handle.address() != 0, () -> "dlopen of " + file + " fails");
    }
  }

  private void launch(int value, int n) {
    Pointer parameters = Pointer.to(Pointer.to(memory), Pointer.to(new int[] {value}));
    ok(cuLaunchKernel(fill, n / BLOCK, 1, 1, BLOCK, 1, 1, 0, stream, parameters, null));
  }

  private int[] download(int n) {
    int[] out = new int[n];
    ok(cuMemcpyDtoH(Pointer.to(out), memory, 4L * n));
    return out;
  }

  private CUdeviceptr at(long offset) {
    return memory.withByteOffset(offset);
  }

  private static void ok(int status) {
    assertEquals(0, status, () -> CUresult.stringFor(status));
  }
}
