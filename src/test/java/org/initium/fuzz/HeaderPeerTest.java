// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.initium.io.Checkpoint;
import org.initium.io.MalformedFileException;
import org.initium.testing.outside.Tools;
import org.initium.text.Text;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hugging Face's safetensors takes and refuses the same headers as we do: 10,000 of them, made from
 * a seed. Where we are stricter, each case has its reason here; nothing is taken that it refuses.
 */
@Tag("slow")
class HeaderPeerTest {
  private static final int CASES = 10_000;

  /** Length-prefixed files in, a line for each out: its tensors' names in hex, or nothing. */
  private static final String PEER =
      """
      import struct, sys
      from safetensors import deserialize
      data = open(sys.argv[1], "rb").read()
      at = 0
      while at < len(data):
          (n,) = struct.unpack(">i", data[at : at + 4])
          try:
              names = sorted(name.encode().hex() for name, _ in deserialize(data[at + 4 : at + 4 + n]))
              print("taken", *names)
          except Exception as e:
              print("refused", str(e).encode().hex())
          at += 4 + n
      """;

  /** What we refuse and the reference takes: a part of our message, and why. */
  private static final Map<String, String> STRICTER = new LinkedHashMap<>();

  static {
    STRICTER.put("Duplicate field", "readers differ in which of two keys they take");
    STRICTER.put(
        "is a list, not a JSON object", "serde reads a struct from a list: no format has it");
    STRICTER.put("dtype of '", "serde reads an enum from {\"F32\": null}: no format has it");
    STRICTER.put("not an integer from 0 to 2^63 - 1", "sizes of 64 bits without sign");
    STRICTER.put("has more than 64 numbers", "NumPy's and our most dimensions");
    STRICTER.put("is too large", "products from 2^63 to 2^64 - 1 before a size of 0");
    STRICTER.put("Number value length", "numbers of more than 1,000 digits in what is left out");
  }

  @TempDir Path folder;

  @Test
  void takesAndRefusesWhatTheReferenceDoes() throws IOException, InterruptedException {
    List<byte[]> files = new ArrayList<>();
    Fuzz fuzz = new Fuzz(20_261_128);
    Path all = folder.resolve("all");
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(all))) {
      for (int i = 0; i < CASES; i++) {
        byte[] file = Headers.file(fuzz.bytes(Headers.SEEDS, Headers.WORDS));
        files.add(file);
        out.writeInt(file.length);
        out.write(file);
      }
    }
    List<String> peer = peer(all);
    assertEquals(CASES, peer.size());
    int taken = 0;
    Map<String, Integer> stricter = new TreeMap<>();
    Path file = folder.resolve("x.safetensors");
    for (int i = 0; i < CASES; i++) {
      Files.write(file, files.get(i));
      String header =
          Text.visible(
              new String(files.get(i), 8, files.get(i).length - 16, StandardCharsets.UTF_8));
      String ours = ours(file);
      boolean peerTook = peer.get(i).startsWith("taken");
      if (ours.startsWith("taken")) {
        taken++;
        assertEquals(peer.get(i), ours, header);
      } else if (peerTook) {
        String reason =
            STRICTER.keySet().stream()
                .filter(ours::contains)
                .findFirst()
                .orElseGet(
                    () -> fail("the reference takes it, and we say " + ours + ": " + header));
        stricter.merge(reason, 1, Integer::sum);
      }
    }
    System.out.printf(
        "headers beside safetensors: %d, both took %d, both refused %d, we alone refused %s%n",
        CASES, taken, CASES - taken - stricter.values().stream().mapToInt(n -> n).sum(), stricter);
    assertTrue(taken > 500, "too few sound headers: " + taken);
  }

  private static String ours(Path file) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      StringBuilder line = new StringBuilder("taken");
      checkpoint.entries().stream()
          .map(entry -> hex(entry.tensor().name()))
          .sorted()
          .forEach(name -> line.append(' ').append(name));
      return line.toString();
    } catch (MalformedFileException e) {
      return e.getMessage();
    }
  }

  private static String hex(String text) {
    StringBuilder hex = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hex.append(Text.format("%02x", b & 0xff));
    }
    return hex.toString();
  }

  private static List<String> peer(Path all) throws IOException, InterruptedException {
    String python = System.getenv("INITIUM_PYTHON");
    Process process;
    try {
      process =
          new ProcessBuilder(python == null ? "python3" : python, "-c", PEER, all.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return missing();
    }
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? printed.lines().map(String::strip).toList() : missing();
  }

  private static List<String> missing() {
    return Tools.missing(
        "no Python with safetensors (pip install safetensors; INITIUM_PYTHON): headers are not"
            + " compared with the reference's reader");
  }
}
