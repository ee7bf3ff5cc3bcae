package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * torch-cpu against PyTorch itself, in a Python that the environment variable INITIUM_TORCH_PYTHON
 * names: random calls, and a model.
 */
class TorchPeerTest {
  private static final String PYTHON = System.getenv("INITIUM_TORCH_PYTHON");
  private static final int CASES = 300;

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

  @Test
  void equalsPyTorchOnRandomCalls() throws IOException, InterruptedException {
    String java = ProcessHandle.current().info().command().orElseThrow();
    String classpath = System.getProperty("java.class.path");
    String said =
        run(
            "src/test/python/torch_fuzz.py",
            "--cases",
            Integer.toString(CASES),
            "--java",
            java,
            "--classpath",
            classpath);
    System.out.print(said);
  }

  @Test
  void theModelScriptStillSaysWhatIsCommitted() throws IOException, InterruptedException {
    assertEquals(run("src/test/python/torch_gpt2.py"), TorchRecipeTest.digests());
  }

  private static String run(String... script) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script));
    command.addFirst(PYTHON);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
