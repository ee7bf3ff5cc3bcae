// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.initium.cli.Main;
import org.initium.cli.Program;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command ends and nothing of it is left on a device, however it ends. */
@Tag("slow")
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class DevicesAtExitTest {
  @TempDir Path folder;

  @BeforeEach
  void writeRecipe() throws IOException {
    Files.writeString(
        folder.resolve("model.yaml"),
        """
        tensors:
          a: [200, 140]
          b: [40, 40]
          c: [30]
        rules:
          - {match: a, init: orthogonal}
          - {match: b, init: trunc_normal}
          - {match: "*", init: normal}
        """);
  }

  /** What it prints; the software device says at the end of the process what is left. */
  private String run(int status, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(Program.command(List.of(), Main.class.getName(), List.of(arguments)))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "INITIUM_CUDA_PATH",
                Path.of("native-test", "build").toAbsolutePath().toString(),
                "INITIUM_SOFT_DEVICES",
                "2"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(status, process.waitFor(), text);
    return text;
  }

  private void leavesNothing(int status, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    String text = run(status, environment, arguments);
    assertFalse(text.contains("leak at exit"), text);
    assertEquals(status != 0, text.contains("initium: "), text);
  }

  @Test
  void goodCommands(SoftDevice device) throws Exception {
    for (String init : List.of("orthogonal", "sparse(sparsity=0.5)", "trunc_normal")) {
      leavesNothing(
          0,
          Map.of(),
          "fill",
          init,
          "--shape",
          "50,40",
          "--device",
          "cuda:1",
          "--out",
          "one.safetensors");
    }
    leavesNothing(
        0, Map.of(), "init", "model.yaml", "--device", "cuda:0", "--out", "model.safetensors");
    leavesNothing(0, Map.of(), "verify", "model.safetensors", "model.yaml", "--device", "cuda:0");
    leavesNothing(0, Map.of(), "devices");
  }

  @Test
  void commandsThatFail(SoftDevice device) throws Exception {
    for (String fault :
        List.of("cuLaunchKernel:2:1", "cusolverDnSgeqrf.info:1:-4", "cuMemcpyDtoHAsync:1:2")) {
      leavesNothing(
          1,
          Map.of("INITIUM_SOFT_FAULT", fault),
          "init",
          "model.yaml",
          "--device",
          "cuda:0",
          "--out",
          "failed.safetensors");
    }
  }

  /** The command did its work, and something is wrong with the device all the same. */
  @Test
  void whatFailsAtTheEndIsTold(SoftDevice device) throws Exception {
    String text =
        run(
            1,
            Map.of("INITIUM_SOFT_FAULT", "cuCtxSynchronize:1:1"),
            "fill",
            "normal",
            "--shape",
            "8",
            "--device",
            "cuda:0",
            "--out",
            "one.safetensors");
    assertTrue(text.contains("cuCtxSynchronize"), text);
  }
}
