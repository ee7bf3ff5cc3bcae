// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Gpus;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.JavaProcess;
import org.initium.testing.SoftDevice;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process finds at its start, by its environment. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class StartTest {
  private static final Path BUILT = Path.of("native-test", "build").toAbsolutePath();
  private static final String DRIVER = "libcuda.so.1";
  private static final String NAME = "libfound-by-a-test.so.1";

  /** Orthogonal last. */
  private static final List<Fill> FILLS =
      Stream.concat(
              Fills.ANY_SHAPE.stream(),
              Stream.of(
                  new Fill.Eye(1),
                  new Fill.Center(new Fill.Eye(1, 1)),
                  new Fill.Sparse(0.5, 1),
                  new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR)))
          .toList();

  @TempDir Path folder;

  /** What the processes run. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] arguments) {
      try {
        switch (arguments[0]) {
          case "devices" -> System.out.println(Gpus.count() + " devices");
          case "fills" -> FILLS.forEach(Starting::fill);
          case "orthogonal" -> orthogonal();
          default -> System.out.println("from " + Libraries.load(new Library(NAME)).from());
        }
      } catch (DeviceUnavailableException e) {
        System.out.println("unavailable: " + e.getMessage());
      }
    }

    /** Both methods and precisions; then, which library made them. */
    private static void orthogonal() {
      for (Fill.Orthogonal.Method method : Fill.Orthogonal.Method.values()) {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.BF16)) {
          try (Tensor gpu = Tensor.empty(Shape.of(140, 40), dtype, Device.cuda(0));
              Tensor cpu = Tensor.empty(Shape.of(140, 40), dtype)) {
            Fill fill = new Fill.Orthogonal(1, method);
            Fills.fill(gpu, fill, Generator.philox(1));
            Fills.fill(cpu, fill, Generator.philox(1));
            try (Tensor copy = gpu.toCpu()) {
              double furthest = 0;
              for (int i = 0; i < 5600; i++) {
                furthest =
                    Math.max(
                        furthest,
                        Math.abs(dtype.get(copy.segment(), i) - dtype.get(cpu.segment(), i)));
              }
              double eps = dtype.computedIn().epsilon();
              boolean near =
                  furthest
                      <= Tolerances.ORTHOGONAL_AGREEMENT * 140 * eps
                          + (dtype.computedIn() == dtype ? 0 : dtype.epsilon());
              System.out.println(method + " " + dtype + (near ? " near" : " off by " + furthest));
            }
          }
        }
      }
      System.out.println("from " + Libraries.load(Library.cusolver(13000)).from());
      Gpus.release();
    }

    /** On the device and on the CPU. */
    private static void fill(Fill fill) {
      Shape shape =
          switch (fill) {
            case Fill.Center _ -> Shape.of(8, 8, 3);
            case Fill.Orthogonal _ -> Shape.of(130, 40);
            default -> Shape.of(40, 40);
          };
      try (Tensor gpu = Tensor.empty(shape, DType.F32, Device.cuda(0));
          Tensor cpu = Tensor.empty(shape, DType.F32)) {
        Fills.fill(gpu, fill, Generator.philox(1));
        Fills.fill(cpu, fill, Generator.philox(1));
        // A copy left to the collector would have its warning among the lines that are read.
        try (Tensor copy = gpu.toCpu()) {
          boolean equal = copy.segment().mismatch(cpu.segment()) < 0;
          System.out.println(fill + (equal ? " as on the CPU" : " not as on the CPU"));
        }
      }
    }
  }

  private static JavaProcess starting(Map<String, String> environment) {
    return new JavaProcess(Starting.class)
        .environment(SoftDevice.environment())
        .environment(environment);
  }

  /** A library that loads, in a folder of another. */
  private void library(String... folders) throws IOException {
    Path in = Files.createDirectories(Path.of(folder.toString(), folders));
    Files.copy(BUILT.resolve(DRIVER), in.resolve(NAME));
  }

  @Test
  void aDriverThatIsTooOldIsNamedWithItsVersion(SoftDevice device) throws Exception {
    assertEquals("3 devices\n", starting(Map.of("INITIUM_SOFT_DEVICES", "3")).run("devices"));
    assertEquals(
        "unavailable: the driver %s is for CUDA 11.1; CUDA 11.2 or newer is needed: update NVIDIA's driver\n"
            .formatted(BUILT.resolve(DRIVER)),
        starting(Map.of("INITIUM_SOFT_DRIVER", "11010")).run("devices"));
  }

  @Test
  void aDriverWithoutADeviceIsNamed(SoftDevice device) throws Exception {
    String text = starting(Map.of("INITIUM_SOFT_DEVICES", "0")).run("devices");
    assertTrue(text.contains(BUILT.resolve(DRIVER) + " finds no CUDA device"), text);
    assertTrue(text.contains("CUDA_ERROR_NO_DEVICE"), text);
  }

  @Test
  void aDriverAloneMakesEveryFillButLargeOrthogonal(SoftDevice device) throws Exception {
    Files.copy(BUILT.resolve(DRIVER), folder.resolve(DRIVER));
    List<String> lines =
        starting(Map.of("INITIUM_CUDA_PATH", folder.toString())).run("fills").lines().toList();
    for (int i = 0; i < FILLS.size() - 1; i++) {
      assertEquals(FILLS.get(i) + " as on the CPU", lines.get(i));
    }
    String orthogonal = lines.get(FILLS.size() - 1);
    assertTrue(
        orthogonal.startsWith("unavailable: no " + Library.CUSOLVER_11 + ": looked in "),
        orthogonal);
  }

  @Test
  void toolkitsAreFoundByTheirVariables(SoftDevice device) throws Exception {
    library("toolkit", "lib64");
    String from = "from " + folder.resolve("toolkit").resolve("lib64").resolve(NAME) + "\n";
    String toolkit = folder.resolve("toolkit").toString();
    assertEquals(from, starting(Map.of("CUDA_HOME", toolkit)).run("library"));
    assertEquals(from, starting(Map.of("CUDA_PATH", toolkit)).run("library"));
  }

  @Test
  void theRedistJarOnTheClassPathComesBeforeAToolkit(SoftDevice device) throws Exception {
    library("toolkit", "lib64");
    library("jar", "org", "bytedeco", "cuda", "linux-x86_64");
    String text =
        starting(Map.of("CUDA_HOME", folder.resolve("toolkit").toString()))
            .classPath(folder.resolve("jar"))
            .run("library");
    assertTrue(text.endsWith("natives-cuda-redist/" + NAME + "\n"), text);
    Files.delete(Path.of(text.strip().substring("from ".length())));
  }

  /**
   * CUDA 13 as Python's wheels have it, and beside the driver nothing else: cuSOLVER in one folder,
   * what it needs in another.
   */
  private Map<String, String> pythonWithCuda13(String driver) throws IOException {
    Path nvidia = folder.resolve("venv/lib/python3.12/site-packages/nvidia");
    for (String[] file :
        new String[][] {{"cusolver", "libcusolver.so.12"}, {"cublas", "libcublas.so.13"}}) {
      Path lib = Files.createDirectories(nvidia.resolve(file[0]).resolve("lib"));
      Files.copy(BUILT.resolve("cuda13").resolve(file[1]), lib.resolve(file[1]));
    }
    Files.copy(BUILT.resolve(DRIVER), folder.resolve(DRIVER));
    return Map.of(
        "INITIUM_CUDA_PATH", folder.toString(),
        "INITIUM_SOFT_DRIVER", driver,
        "VIRTUAL_ENV", folder.resolve("venv").toString());
  }

  @Test
  void theCusolverOfCuda13ServesFromPythonsWheels(SoftDevice device) throws Exception {
    List<String> lines = starting(pythonWithCuda13("13000")).run("orthogonal").lines().toList();
    assertEquals(
        List.of(
            "QR f32 near",
            "QR f64 near",
            "QR bf16 near",
            "HOUSEHOLDER f32 near",
            "HOUSEHOLDER f64 near",
            "HOUSEHOLDER bf16 near",
            "from "
                + folder.resolve(
                    "venv/lib/python3.12/site-packages/nvidia/cusolver/lib/libcusolver.so.12")),
        lines);
  }

  /** CUDA 13's libraries need a driver for it. */
  @Test
  void theCusolverOfCuda13IsNotTakenUnderAnOlderDriver(SoftDevice device) throws Exception {
    String text = starting(pythonWithCuda13("12080")).run("orthogonal");
    assertTrue(text.startsWith("unavailable: no libcusolver.so.11: looked in "), text);
    assertTrue(text.contains("libcusolver.so.12 of another major version"), text);
  }
}
