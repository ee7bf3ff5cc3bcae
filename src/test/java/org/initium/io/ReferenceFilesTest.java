// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.output.CheckpointWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files of safetensors' own tests, of src/test/resources/safetensors/tests.txt: read as its
 * tests read them, and those that we can write are the same to the byte.
 */
class ReferenceFilesTest {
  @TempDir Path folder;

  record Row(String test, byte[] file, String holds) {
    @Override
    public String toString() {
      return test;
    }
  }

  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("src/test/resources/safetensors/tests.txt"))) {
      if (!line.startsWith("#")) {
        String[] parts = line.split(" *\\|( |$)", -1);
        rows.add(new Row(parts[0], bytes(parts[1].strip()), parts[2].strip()));
      }
    }
    return rows;
  }

  /** Text with bytes as \xNN. */
  private static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\x", i)) {
        bytes.write(HexFormat.fromHexDigits(text, i + 2, i + 4));
        i += 3;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  private static String shown(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(b > ' ' ? String.valueOf((char) b) : "\\x" + HexFormat.of().toHexDigits(b));
    }
    return text.toString();
  }

  @Test
  void allOfThemAreThere() throws IOException {
    assertEquals(26, rows().size());
    assertEquals(12, rows().stream().filter(row -> row.holds().startsWith("!")).count());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void areReadAsThere(Row row) throws IOException {
    Path file = Files.write(folder.resolve("x.safetensors"), row.file());
    if (row.holds().startsWith("!")) {
      assertThrows(MalformedFileException.class, () -> Checkpoint.open(file), row.holds());
      return;
    }
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      Map<String, String> tensors = new TreeMap<>();
      for (Checkpoint.Entry entry : checkpoint.entries()) {
        StoredTensor tensor = entry.tensor();
        byte[] content = new byte[(int) tensor.bytes()];
        checkpoint.read(entry, 0, MemorySegment.ofArray(content));
        String sizes = tensor.shape().toString().replace(" ", "");
        tensors.put(
            tensor.name(),
            (tensor.name() + " " + tensor.type() + " " + sizes + " " + shown(content)).strip());
      }
      Stream<String> metadata =
          checkpoint.metadata().entrySet().stream().map(e -> e.getKey() + "=" + e.getValue());
      assertEquals(
          row.holds(),
          String.join(" ", Stream.concat(tensors.values().stream(), metadata).toList()));
    }
  }

  private void assertWritten(String test, Map<String, String> metadata, TensorSpec... specs)
      throws IOException {
    Path file = folder.resolve("written.safetensors");
    byte[] content =
        bytes(
            "\\x00\\x00\\x00\\x00\\x00\\x00\\x80?\\x00\\x00\\x00@\\x00\\x00@@\\x00\\x00\\x80@\\x00\\x00\\xa0@");
    try (CheckpointWriter writer =
        CheckpointWriter.create(file, List.of(specs), metadata, Long.MAX_VALUE)) {
      for (TensorSpec spec : specs) {
        writer.write(spec.name(), 0, MemorySegment.ofArray(content));
      }
      writer.finish();
    }
    Row row = rows().stream().filter(r -> r.test().equals(test)).findFirst().orElseThrow();
    assertArrayEquals(row.file(), Files.readAllBytes(file), test);
  }

  @Test
  void areWrittenAsThere() throws IOException {
    assertWritten(
        "test_serialization", Map.of(), new TensorSpec("attn.0", Shape.of(1, 2, 3), DType.F32));
    assertWritten(
        "test_serialization_forced_alignement",
        Map.of(),
        new TensorSpec("attn0", Shape.of(1, 1, 2, 3), DType.F32));
    assertWritten("test_empty", Map.of());
    assertWritten("test_empty, of metadata", Map.of("framework", "pt"));
  }

  private static byte[] weights(int count, int size) {
    int bytes = 4 * size * size;
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ", ")
          .append(
              "\"weight_%d\": {\"dtype\": \"F32\", \"shape\": [%d, %d], \"data_offsets\": [0, %d]}"
                  .formatted(i, size, size, bytes));
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private Path file(long length, byte[] header, long size) throws IOException {
    Path path = folder.resolve("attack.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      file.write(prefix.array());
      file.write(header);
      file.setLength(size);
    }
    return path;
  }

  private static void assertRefused(Path file, String words) {
    String message =
        assertThrows(MalformedFileException.class, () -> Checkpoint.open(file)).getMessage();
    assertTrue(message.contains(words), message);
  }

  /** test_json_attack, and attacks/safetensors_abuse_attempt_1 to 3.py, whose files are made. */
  @Test
  void attacksAreRefused() throws IOException {
    byte[] ten = weights(10, 2);
    String place = "begins at byte 0 of the data, where 16 is next";
    assertRefused(file(ten.length, ten, 8 + ten.length + 16), place);
    byte[] one = weights(1, 2);
    assertRefused(file(1000, one, 8 + one.length + 16), "header of 1000 bytes in a file of");
    // ten million tensors are a header of some 700 MB
    assertRefused(file(700_000_000, ten, 1_400_000_008), "at most 100000000");
    byte[] many = weights(100_000, 200);
    assertRefused(file(many.length, many, 8 + 2L * many.length), "where 160000 is next");
  }
}
