// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.testing.outside.Tools;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The PTX in the jar is made of the kernels in the repository. */
@Tag("slow")
class KernelSourcesTest {
  private static final Path KERNELS = Path.of("kernels");
  private static final Pattern FEW_BYTES =
      Pattern.compile("(diagonal|signs_.*|reflectors_.*|orthogonals_.*|torch_.*)\\.ptx");
  private static final Path PTX = Path.of("src/main/resources/org/initium/cuda");
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.*)\"");
  private static final Pattern HEAD =
      Pattern.compile(
          "// kernels/(\\w+)\\.cu, sources sha256 (\\w+), below this line sha256 (\\w+), nvcc .*");

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** What a file includes, and what that does. */
  private static void include(String file, Set<String> found) throws IOException {
    Matcher include = INCLUDE.matcher(Files.readString(KERNELS.resolve(file)));
    while (include.find()) {
      if (found.add(include.group(1))) {
        include(include.group(1), found);
      }
    }
  }

  private static String sha256(byte[]... parts) throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) {
      sha.update(part);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  @Test
  void everyFileCarriesTheHashOfItsSourcesAndOfItself()
      throws IOException, NoSuchAlgorithmException {
    Set<String> families = new TreeSet<>();
    for (Path ptx : files(PTX, ".ptx")) {
      String[] parts = Files.readString(ptx).split("\n", 2);
      Matcher head = HEAD.matcher(parts[0]);
      assertTrue(head.matches(), ptx + " does not say what it was made of");
      String family = head.group(1) + ".cu";
      families.add(family);
      Set<String> headers = new TreeSet<>();
      include(family, headers);
      List<byte[]> sources = new ArrayList<>();
      for (String header : headers) {
        sources.add(Files.readAllBytes(KERNELS.resolve(header)));
      }
      sources.add(Files.readAllBytes(KERNELS.resolve(family)));
      assertEquals(
          sha256(sources.toArray(byte[][]::new)),
          head.group(2),
          ptx + " is stale: run kernels/build.sh");
      assertEquals(
          sha256(parts[1].getBytes(StandardCharsets.UTF_8)),
          head.group(3),
          ptx + " was changed by hand: run kernels/build.sh");
    }
    assertEquals(
        files(KERNELS, ".cu").stream()
            .map(family -> family.getFileName().toString())
            .collect(Collectors.toSet()),
        families);
  }

  @Test
  void nothingIsRoundedOtherwiseThanIeee754Says() throws IOException {
    Pattern forbidden = Pattern.compile("\\.approx|\\.ftz|\\s(mad|fma|mul|add|sub)\\.f(32|64)");
    for (Path ptx : files(PTX, ".ptx")) {
      String text = Files.readString(ptx);
      boolean newer = ptx.toString().endsWith(".sm_80.ptx");
      assertFalse(forbidden.matcher(text).find(), ptx::toString);
      String target = newer ? ".version 7.0\n.target sm_80\n" : ".version 6.3\n.target sm_75\n";
      assertTrue(text.contains(target), ptx::toString);
      // What nvcc makes where a parameter's address is taken: PTX 7.7, which drivers refuse in 6.3.
      assertFalse(text.contains("cvta.param"), ptx::toString);
    }
  }

  /** A driver compiles what is used, so a file has one kernel, of its name. */
  @Test
  void everyFileHasOneKernel() throws IOException {
    for (Path ptx : files(PTX, ".ptx")) {
      String[] entries = Files.readString(ptx).split("\\.visible \\.entry ");
      assertEquals(2, entries.length, ptx::toString);
      String name = ptx.getFileName().toString().replaceAll("(\\.sm_80)?\\.ptx", "");
      assertTrue(entries[1].startsWith(name + "("), ptx::toString);
    }
  }

  /** What fills a tensor, but for PyTorch's numbers, whose neighbors neighboring threads write. */
  @Test
  void whatFillsWritesSixteenBytesAtATime() throws IOException {
    for (Path ptx : files(PTX, ".ptx")) {
      boolean wide = Files.readString(ptx).contains("st.global.v4.u32");
      boolean few = FEW_BYTES.matcher(ptx.getFileName().toString().replace(".sm_80", "")).matches();
      assertTrue(wide || few, ptx + " has no store of 16 bytes");
    }
  }

  /** In CI, where the compiler is not a matter of taste, its absence is a failure. */
  @Test
  void nvccMakesTheSamePtx() throws IOException, InterruptedException {
    if (!Tools.found("nvcc") || !Tools.found("ptxas")) {
      Tools.missing("kernels are not compiled again: nvcc and ptxas are not on the PATH");
    }
    Tools.run("bash", "kernels/build.sh", "--check");
  }
}
