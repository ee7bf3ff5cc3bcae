// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.JCudaVersion;
import jcuda.jcurand.JCurand;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.AnotherLoader;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;

/** CUDA in one JVM with several class loaders, each of which has a JCuda of its own. */
@CudaTest
class CudaClassLoadersTest implements Released {
  /** Fills by a kernel and by cuSOLVER; cuRAND's binding is loaded, too. */
  static final class Gpu implements Callable<byte[]> {
    @Override
    public byte[] call() throws Exception {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (Init init : List.of(Init.normal(), Init.orthogonal())) {
        try (Tensor tensor = Tensor.empty(Shape.of(80, 60), DType.F32, Device.cuda(0))) {
          tensor.fill(init, Generator.philox(1));
          try (Tensor read = tensor.toCpu()) {
            all.write(read.segment().toArray(ValueLayout.JAVA_BYTE));
          }
        }
      }
      Libraries.load(Library.CURAND);
      Jcuda.start(JCudaVersion.get(), "JCurand", JCurand::initialize);
      Gpus.release();
      return all.toByteArray();
    }
  }

  /** This one has memory on the device while three others come at once, work and go. */
  @Test
  void allMayFillAtOnce() throws Exception {
    String tmpdir = System.getProperty("java.io.tmpdir");
    byte[] expected = new Gpu().call();
    try (Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, Device.cuda(0));
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      tensor.fill(Init.constant(2), Generator.philox(1));
      List<Future<byte[]>> others = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        others.add(
            threads.submit(
                () -> {
                  try (AnotherLoader loader = new AnotherLoader()) {
                    return loader.call(Gpu.class);
                  }
                }));
      }
      for (Future<byte[]> other : others) {
        assertArrayEquals(expected, other.get());
      }
      try (Tensor read = tensor.toCpu()) {
        assertEquals(2, read.get(99), "the context is there for who still uses it");
      }
    }
    assertEquals(tmpdir, System.getProperty("java.io.tmpdir"));
  }
}
