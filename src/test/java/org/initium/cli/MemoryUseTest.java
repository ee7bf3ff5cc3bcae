// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The memory of a run does not grow with the model. */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is read from /proc")
class MemoryUseTest {
  @TempDir Path folder;

  private long peak(String shape) throws IOException, InterruptedException {
    Path recipe =
        Files.writeString(
            folder.resolve("r.yaml"),
            "dtype: bf16\ntensors: {a: %s, b: %s}\nrules: [{match: '*', init: zeros}]"
                .formatted(shape, shape));
    Path out = folder.resolve("m.safetensors");
    Process process =
        new ProcessBuilder(
                Program.command(
                    List.of(),
                    "org.initium.cli.PeakMemory",
                    List.of("init", recipe.toString(), "--out", out.toString())))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    Files.delete(out);
    return Long.parseLong(printed.replaceAll("(?s).*peak ([0-9]+).*", "$1")) * 1024;
  }

  @Test
  void aLargeModelTakesNoMoreThanASmallOne() throws IOException, InterruptedException {
    long small = peak("[1000, 200000]"); // 0.8 GB
    long large = peak("[1000, 500000]"); // 2 GB
    System.out.printf("peak memory: %d MB for 0.8 GB, %d MB for 2 GB%n", small >> 20, large >> 20);
    assertTrue(large < 500L << 20, large + " bytes");
    assertTrue(large - small < 64L << 20, small + " bytes, then " + large);
  }

  /** What is printed is not kept, nor what is not drawn: the program here has 768 MB of heap. */
  @Test
  void inspectOfManyTensorsKeepsNone() throws IOException, InterruptedException {
    int tensors = 600_000;
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < tensors; i++) {
      header
          .append(i == 0 ? "\"" : ",\"")
          .append(i)
          .append("w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[")
          .append(2 * i)
          .append(',')
          .append(2 * i + 2)
          .append("]}");
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + 2 * tensors).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (int i = 0; i < tensors; i++) {
      bytes.put((byte) 0).put((byte) 1);
    }
    Path file = Files.write(folder.resolve("m.safetensors"), bytes.array());
    Path png = folder.resolve("m.png");
    Path errors = folder.resolve("errors");
    Process process =
        Program.start(errors.toFile(), "inspect", file.toString(), "--plot", png.toString());
    assertEquals(0, process.waitFor(), Files.readString(errors));
    assertTrue(Files.size(png) > 1_000);
  }
}
