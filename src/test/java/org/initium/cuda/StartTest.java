package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.initium.DeviceUnavailableException;
import org.initium.testing.CudaTest;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process finds at its start, by its environment. */
@CudaTest
class StartTest {
  private static final Path BUILT = Path.of("native-test", "build").toAbsolutePath();
  private static final String NAME = "libfound-by-a-test.so.1";

  @TempDir Path folder;

  /** What the processes run. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] arguments) {
      try {
        System.out.println(
            arguments[0].equals("devices")
                ? Gpus.count() + " devices"
                : "from " + Libraries.load(NAME).from());
      } catch (DeviceUnavailableException e) {
        System.out.println("unavailable: " + e.getMessage());
      }
    }
  }

  private String run(String what, String classPath, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path") + classPath,
            Starting.class.getName(),
            what);
    builder.environment().keySet().removeAll(List.of("CUDA_HOME", "CUDA_PATH"));
    builder.environment().put("INITIUM_CUDA_PATH", BUILT.toString());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the process did not end");
    String text = Files.readString(output);
    assertEquals(0, process.exitValue(), text);
    assertEquals(1, text.lines().count(), text);
    return text;
  }

  /** A library that loads, in a folder of another. */
  private void library(String... folders) throws IOException {
    Path in = Files.createDirectories(Path.of(folder.toString(), folders));
    Files.copy(BUILT.resolve(Libraries.DRIVER), in.resolve(NAME));
  }

  @Test
  void aDriverThatIsTooOldIsNamedWithItsVersion(SoftDevice device) throws Exception {
    assertEquals("3 devices\n", run("devices", "", Map.of("INITIUM_SOFT_DEVICES", "3")));
    assertEquals(
        "unavailable: the driver %s is for CUDA 11.1; CUDA 11.2 or newer is needed: update NVIDIA's driver\n"
            .formatted(BUILT.resolve(Libraries.DRIVER)),
        run("devices", "", Map.of("INITIUM_SOFT_DRIVER", "11010")));
  }

  @Test
  void aDriverWithoutADeviceIsNamed(SoftDevice device) throws Exception {
    String text = run("devices", "", Map.of("INITIUM_SOFT_DEVICES", "0"));
    assertTrue(text.contains(BUILT.resolve(Libraries.DRIVER) + " finds no CUDA device"), text);
    assertTrue(text.contains("CUDA_ERROR_NO_DEVICE"), text);
  }

  @Test
  void toolkitsAreFoundByTheirVariables(SoftDevice device) throws Exception {
    library("toolkit", "lib64");
    String from = "from " + folder.resolve("toolkit").resolve("lib64").resolve(NAME) + "\n";
    String toolkit = folder.resolve("toolkit").toString();
    assertEquals(from, run("library", "", Map.of("CUDA_HOME", toolkit)));
    assertEquals(from, run("library", "", Map.of("CUDA_PATH", toolkit)));
  }

  @Test
  void theRedistJarOnTheClassPathComesBeforeAToolkit(SoftDevice device) throws Exception {
    library("toolkit", "lib64");
    library("jar", "org", "bytedeco", "cuda", "linux-x86_64");
    String text =
        run(
            "library",
            File.pathSeparator + folder.resolve("jar"),
            Map.of("CUDA_HOME", folder.resolve("toolkit").toString()));
    assertTrue(text.endsWith("natives-cuda-redist/" + NAME + "\n"), text);
    Files.delete(Path.of(text.strip().substring("from ".length())));
  }
}
