// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * torch-cpu against PyTorch itself, in a Python that the environment variable INITIUM_TORCH_PYTHON
 * names: random calls, and a model; with the kernels that PyTorch has for AVX2, and with those that
 * it chooses on this machine, which are others where there is AVX-512.
 */
class TorchPeerTest {
  private static final String PYTHON = System.getenv("INITIUM_TORCH_PYTHON");
  private static final int CASES = 300;
  private static final String AVX2 = "avx2";
  private static final String CHOSEN = "as PyTorch chooses";

  @BeforeAll
  static void needsPyTorch() {
    boolean there = PYTHON != null;
    if (!there) {
      System.out.println(
          "torch-cpu is compared with PyTorch's golden vectors only: set INITIUM_TORCH_PYTHON to a"
              + " Python that has torch 2.13.0 to compare it with PyTorch itself");
    }
    assumeTrue(there, "INITIUM_TORCH_PYTHON is not set");
  }

  @ParameterizedTest
  @ValueSource(strings = {AVX2, CHOSEN})
  void equalsPyTorchOnRandomCalls(String capability) throws IOException, InterruptedException {
    String java = ProcessHandle.current().info().command().orElseThrow();
    String classpath = System.getProperty("java.class.path");
    String said =
        run(
            capability,
            "src/test/python/torch_fuzz.py",
            "--seed",
            capability.equals(AVX2) ? "1" : "2",
            "--cases",
            Integer.toString(CASES),
            "--java",
            java,
            "--classpath",
            classpath);
    System.out.print(said);
  }

  @ParameterizedTest
  @ValueSource(strings = {AVX2, CHOSEN})
  void theModelScriptStillSaysWhatIsCommitted(String capability)
      throws IOException, InterruptedException {
    assertEquals(run(capability, "src/test/python/torch_gpt2.py"), TorchRecipeTest.digests());
  }

  /** The script also looks at what the tool refuses. */
  @Test
  void theRecipesOfModulesAreStillThoseThatAreCommitted(@TempDir Path made)
      throws IOException, InterruptedException {
    run(CHOSEN, "src/test/python/torch_modules.py", made.toString());
    Path committed = Path.of("src/test/resources/torch-modules");
    try (Stream<Path> recipes = Files.list(committed).filter(f -> f.toString().endsWith(".yaml"))) {
      for (Path recipe : recipes.toList()) {
        assertEquals(
            Files.readString(recipe), Files.readString(made.resolve(recipe.getFileName())));
      }
    }
  }

  private static String run(String capability, String... script)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script));
    command.addFirst(PYTHON);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().remove("ATEN_CPU_CAPABILITY");
    if (!capability.equals(CHOSEN)) {
      builder.environment().put("ATEN_CPU_CAPABILITY", capability);
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
