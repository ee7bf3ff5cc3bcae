// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Released;
import org.initium.cuda.fill.JoinedElements;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models made on CUDA devices are the same files. */
@CudaTest
class CudaModelTest implements Released {
  private static final Plan PLAN =
      Plan.of(
          tensor("embedding", DType.F32, "normal(std=0.02)", 211, 64),
          tensor("weight", DType.BF16, "kaiming_uniform(a=0.5)", 100, 30, 3),
          tensor("a_log", DType.F32, "log(arange(1))", 24, 16),
          tensor("dt", DType.BF16, "dt_bias", 24),
          tensor("truncated", DType.F16, "trunc_normal(std=0.02)", 77, 13),
          tensor("norm", DType.F64, "ones", 64),
          tensor("mask", DType.F32, "sparse(sparsity=0.3)", 60, 20),
          tensor("empty", DType.F32, "zeros", 0, 3),
          tensor("identity", DType.BF16, "dirac", 16, 16, 3));

  private static PlannedTensor tensor(String name, DType dtype, String init, long... shape) {
    return new PlannedTensor(name, Shape.of(shape), dtype, Init.parse(init));
  }

  private static Path write(Path folder, Generator generator, long chunk, Device... devices)
      throws IOException {
    return write(PLAN, folder, generator, chunk, devices);
  }

  private static Path write(
      Plan plan, Path folder, Generator generator, long chunk, Device... devices)
      throws IOException {
    Path file = folder.resolve(devices.length + "-" + devices[0].type() + chunk + ".safetensors");
    PlanFiller filler =
        new PlanFiller(
            generator,
            GeneratorSharing.of(generator),
            List.of(devices),
            RowShard.ALL,
            chunk,
            Integer.MAX_VALUE);
    ModelWriter.write(plan, filler, file, Map.of(), Long.MAX_VALUE, bytes -> {});
    return file;
  }

  @ParameterizedTest
  @ValueSource(longs = {9000, 1 << 20})
  void oneDeviceOrTwoWriteTheCpusFile(long chunk, @TempDir Path folder) throws IOException {
    Path cpu = write(folder, Generator.philox(7), 1 << 20, Device.CPU);
    Path one = write(folder, Generator.philox(7), chunk, Device.cuda(0));
    assertEquals(-1, Files.mismatch(cpu, one));
    Path two = write(folder, Generator.philox(7), chunk, Device.cuda(0), CudaLife.second());
    assertEquals(-1, Files.mismatch(cpu, two));
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 20})
  void pytorchsNumbersAreTheSame(long chunk, @TempDir Path folder) throws IOException {
    Path cpu = write(folder, Generator.torchCpu(7), chunk, Device.CPU);
    Path cuda = write(folder, Generator.torchCpu(7), chunk, Device.cuda(0));
    assertEquals(-1, Files.mismatch(cpu, cuda));
  }

  /** A hundred layers' biases and norms: hundreds of tensors. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void smallTensorsTakeFewLaunchesAndFewCopies(SoftDevice device, @TempDir Path folder)
      throws IOException {
    List<PlannedTensor> tensors = new ArrayList<>();
    for (int layer = 0; layer < 100; layer++) {
      String name = "h." + layer + ".";
      tensors.add(tensor(name + "ln.weight", DType.F32, "ones", 60));
      tensors.add(tensor(name + "ln.bias", DType.F32, "zeros", 60));
      tensors.add(tensor(name + "gate", DType.BF16, "normal(std=0.02)", 7, 9));
    }
    Plan plan = new Plan(tensors, List.of(), List.of());
    Path cpu = write(plan, folder, Generator.philox(7), 1 << 20, Device.CPU);
    long launches = device.calls("cuLaunchKernel");
    long copies = device.calls("cuMemcpyDtoHAsync");
    Path cuda = write(plan, folder, Generator.philox(7), 1 << 20, Device.cuda(0));
    int many = 200 / JoinedElements.PIECES + 1 + 100 / JoinedElements.PIECES + 1;
    assertEquals(1 + many, device.calls("cuLaunchKernel") - launches); // the buffer is cleared
    assertEquals(1, device.calls("cuMemcpyDtoHAsync") - copies);
    assertEquals(-1, Files.mismatch(cpu, cuda));
  }

  /** A hundred of a model's small matrices: one launch, beside what clears the buffer. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void smallOrthogonalMatricesTakeOneLaunch(SoftDevice device, @TempDir Path folder)
      throws IOException {
    List<PlannedTensor> tensors = new ArrayList<>();
    for (int head = 0; head < 100; head++) {
      tensors.add(tensor("head." + head, DType.F32, "orthogonal", 16, 16));
    }
    Plan plan = new Plan(tensors, List.of(), List.of());
    long launches = device.calls("cuLaunchKernel");
    write(plan, folder, Generator.philox(7), 1 << 20, Device.cuda(0));
    assertEquals(1 + 1, device.calls("cuLaunchKernel") - launches);
  }
}
