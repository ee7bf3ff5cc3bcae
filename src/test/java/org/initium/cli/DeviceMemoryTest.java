// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.cuda.device.Gpus;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --chunk} bounds the memory that {@code init} takes on a device, as its help says. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class DeviceMemoryTest {
  private static final long TABLES = 16 << 20; // what the help allows beside the buffers
  private static final int MODEL = 4 << 20;

  @TempDir Path folder;

  @AfterEach
  void release() {
    Gpus.release();
  }

  /** The most bytes on a device in use while a recipe's model is written. */
  private long peak(int device, String devices, int chunk, String tensors) throws IOException {
    Gpus.release();
    SoftDevice.require().reset();
    Path recipe = Files.writeString(folder.resolve("r.yaml"), tensors);
    Path out = folder.resolve("m.safetensors");
    String size = (chunk >> 10) + "KiB";
    CommandLineRun run =
        CommandLineRun.of(
            "init",
            recipe.toString(),
            "--out",
            out.toString(),
            "--device",
            devices,
            "--chunk",
            size);
    assertEquals(0, run.status(), run.err());
    return SoftDevice.require().peakBytes(device);
  }

  /** A model of {@value #MODEL} bytes in three tensors, one of them larger than the others. */
  private static String model(String init) {
    return """
    tensors:
      a: {shape: [512, 1024], dtype: bf16}
      b: {shape: [512, 1024], dtype: f32}
      c: {shape: [128, 1024], dtype: f64}
    rules: [{match: '*', init: '%s'}]
    """
        .formatted(init);
  }

  @ParameterizedTest
  @ValueSource(ints = {64 << 10, 256 << 10})
  void twoChunksAndNoMore(int chunk) throws IOException {
    assertEquals(2 * chunk, peak(0, "cuda:0", chunk, model("normal(std=0.02)")));
  }

  @Test
  void twoOnEachOfTwoDevices() throws IOException {
    int chunk = 64 << 10;
    assertEquals(2 * chunk, peak(0, "cuda:0,cuda:1", chunk, model("uniform")));
    assertEquals(2 * chunk, SoftDevice.require().peakBytes(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trunc_normal(std=0.02)", "sparse(sparsity=0.5)"})
  void whatKeepsTablesTakesThemBeside(String init) throws IOException {
    int chunk = 64 << 10;
    long peak = peak(0, "cuda:0", chunk, model(init));
    System.out.printf("device memory for %s in chunks of %d: %d bytes%n", init, chunk, peak);
    assertTrue(peak >= 2 * chunk && peak <= 2 * chunk + TABLES, peak + " bytes");
  }

  /** The one that does not come in chunks. */
  @Test
  void anOrthogonalTensorIsWhole() throws IOException {
    String tensor = "dtype: f32\ntensors: {a: [256, 256]}\nrules: [{match: '*', init: orthogonal}]";
    assertTrue(peak(0, "cuda:0", 4096, tensor) >= 256 * 256 * Float.BYTES);
  }
}
