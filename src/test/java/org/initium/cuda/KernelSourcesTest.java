package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The PTX in the jar is made of the kernels in the repository. */
class KernelSourcesTest {
  private static final Path KERNELS = Path.of("kernels");
  private static final Pattern FEW_BYTES =
      Pattern.compile("diagonal|digit|signs_.*|reflectors_.*|torch_.*");
  private static final Path PTX = Path.of("src/main/resources/org/initium/cuda");

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void everyFileCarriesTheHashOfItsSources() throws IOException, NoSuchAlgorithmException {
    List<Path> families = files(KERNELS, ".cu");
    assertEquals(families.size(), files(PTX, ".ptx").size());
    for (Path family : families) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Path header : files(KERNELS, ".cuh")) {
        sha.update(Files.readAllBytes(header));
      }
      sha.update(Files.readAllBytes(family));
      String hash = HexFormat.of().formatHex(sha.digest());
      Path ptx = PTX.resolve(family.getFileName().toString().replace(".cu", ".ptx"));
      String first = Files.readString(ptx).lines().findFirst().orElseThrow();
      assertTrue(first.contains("sha256 " + hash), ptx + " is stale: run kernels/build.sh");
    }
  }

  @Test
  void nothingIsRoundedOtherwiseThanIeee754Says() throws IOException {
    Pattern forbidden = Pattern.compile("\\.approx|\\.ftz|\\s(mad|fma|mul|add|sub)\\.f(32|64)");
    for (Path ptx : files(PTX, ".ptx")) {
      String text = Files.readString(ptx);
      assertFalse(forbidden.matcher(text).find(), ptx::toString);
      assertTrue(text.contains(".version 6.3\n.target sm_75\n"), ptx::toString);
      // What nvcc makes where a parameter's address is taken: PTX 7.7, which drivers refuse in 6.3.
      assertFalse(text.contains("cvta.param"), ptx::toString);
    }
  }

  /**
   * What fills a tensor, but for PyTorch's numbers, whose neighbours neighbouring threads write.
   */
  @Test
  void whatFillsWritesSixteenBytesAtATime() throws IOException {
    for (Path ptx : files(PTX, ".ptx")) {
      String[] entries = Files.readString(ptx).split("\\.entry ");
      for (int i = 1; i < entries.length; i++) {
        String name = entries[i].substring(0, entries[i].indexOf('('));
        boolean wide = entries[i].contains("st.global.v4.u32");
        assertTrue(wide || FEW_BYTES.matcher(name).matches(), name + " has no store of 16 bytes");
      }
    }
  }

  @Test
  void nvccMakesTheSamePtx() throws IOException, InterruptedException {
    if (!found("nvcc") || !found("ptxas")) {
      System.out.println("kernels are not compiled again: nvcc and ptxas are not on the PATH");
      return;
    }
    Process build =
        new ProcessBuilder("bash", "kernels/build.sh", "--check").redirectErrorStream(true).start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(build.waitFor(5, TimeUnit.MINUTES), "kernels/build.sh does not end");
    assertEquals(0, build.exitValue(), output);
    System.out.print(output);
  }

  private static boolean found(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }
}
