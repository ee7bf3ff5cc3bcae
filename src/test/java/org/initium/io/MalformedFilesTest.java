// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is not what it says is told apart from its header alone, in one line. */
class MalformedFilesTest {
  static Stream<Arguments> files() {
    return Stream.of(
        raw(new byte[0], "0 bytes are too few for a safetensors file"),
        raw(new byte[7], "7 bytes are too few"),
        raw(new byte[8], "header of 0 bytes in a file of 8"),
        raw("PK\3\4 not a safetensors file".getBytes(StandardCharsets.US_ASCII), "header of "),
        raw(prefixed(1, "{", 0), "header of 1 bytes"),
        raw(prefixed(-1, "{}", 0), "header of 18446744073709551615 bytes in a file of 10"),
        raw(prefixed(3, "{}", 0), "header of 3 bytes in a file of 10; at least 2 and at most 2"),
        raw(prefixed(200_000_000, "{}", 0), "header of 200000000 bytes"),
        header("[]", 0, "the header is a list, not a JSON object"),
        header("  ", 0, "the header is empty"),
        header("{'a'", 0, "the header is not sound JSON at character 4"),
        header("{'a': tru}", 0, "the header is not sound JSON"),
        header(
            "{'a':".repeat(1000),
            0,
            "the header is not sound JSON: Document nesting depth (128) exceeds the maximum allowed"
                + " (127)"),
        header("{} {}", 0, "the header goes on after its JSON value"),
        header("{'a': '\u00ff'", 0, "the header is not text in UTF-8"),
        header("{'a': 1}", 0, "tensor 'a' is 1, not a JSON object"),
        header("{'__metadata__': []}", 0, "__metadata__ is a list, not a JSON object"),
        header("{'__metadata__': {'k': 1}}", 0, "__metadata__.k is 1, not a string"),
        header("{'a': {}}", 0, "dtype of 'a' is missing"),
        tensor("F31 [1] [0,4]", 4, "tensor 'a' has dtype 'F31', which is not one of"),
        tensor("f32 [1] [0,4]", 4, "tensor 'a' has dtype 'f32'"),
        header("{'a': {'dtype': 'F32'}}", 0, "shape of 'a' is missing"),
        tensor("F32 1 [0,4]", 4, "shape of 'a' is 1, not a list of integers"),
        tensor("F32 [-1] [0,4]", 4, "shape of 'a' has -1 in it, not an integer"),
        tensor("F32 [1.0] [0,4]", 4, "shape of 'a' has 1.0 in it, not an integer"),
        tensor("F32 [1e99] [0,4]", 4, "shape of 'a' has 1e99 in it, not an integer"),
        tensor("F32 ['1'] [0,4]", 4, "shape of 'a' has '1' in it, not an integer"),
        tensor("F32 [[1]] [0,4]", 4, "shape of 'a' has a list in it, not an integer"),
        header("{'a': {'dtype': 'F32', 'shape': [1]}}", 4, "data_offsets of 'a' is missing"),
        tensor("F32 [1] [0]", 4, "data_offsets of 'a' are [0], not a begin and an end"),
        tensor("F32 [1] [4,0]", 4, "data_offsets of 'a' are [4, 0], not a begin"),
        tensor("F32 [1] [0,8]", 8, "tensor 'a' has 8 bytes, its shape [1] in F32 needs 4"),
        tensor("F4 [3] [0,2]", 2, "tensor 'a' of shape [3] in F4 does not end with a byte"),
        tensor("F4 [4] [0,3]", 3, "tensor 'a' has 3 bytes, its shape [4] in F4 needs 2"),
        tensor("F32 [] [0,0]", 0, "tensor 'a' has 0 bytes, its shape [] in F32 needs 4"),
        tensor(
            "F32 [4611686018427387904,4] [0,4]",
            4,
            "tensor 'a' of shape [4611686018427387904, 4] is too large"),
        tensor("F64 [4611686018427387904] [0,4]", 4, "4611686018427387904] is too large"),
        tensor("F32 [1] [4,8]", 8, "tensor 'a' begins at byte 4 of the data, where 0"),
        tensor("F32 [1] [0,4]", 5, "the tensors take 4 bytes, the file has 5"),
        tensor("F32 [2] [0,8]", 4, "the tensors take 8 bytes, the file has 4"),
        header(
            "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0,8]},"
                + " 'b': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4,8]}}",
            8,
            "tensor 'b' begins at byte 4 of the data, where 8 is next"),
        header(
            "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0,4]},"
                + " 'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4,8]}}",
            8,
            "the header is not sound JSON at character"),
        header("{'a':".repeat(40) + "1" + "}".repeat(40), 0, "dtype of 'a' is missing"),
        header("{'a':".repeat(130) + "1" + "}".repeat(130), 0, "not sound JSON"),
        tensor("F32 [-0] [0,0]", 0, "shape of 'a' has -0 in it, not an integer"),
        tensor("F32 [9223372036854775808,0] [0,0]", 0, "has 9223372036854775808 in"),
        tensor(
            "F32 [4611686018427387904,4,0] [0,0]",
            0,
            "tensor 'a' of shape [4611686018427387904, 4, 0] is too large"),
        tensor("F32 [" + "1,".repeat(64) + "1] [0,4]", 4, "has more than 64 numbers"),
        tensor("F32 [1] [0,4,4]", 4, "data_offsets of 'a' has more than 2 numbers"),
        tensor("F32 [1] [0,4], 'x': 1e999", 4, "1e999 is beyond the largest"),
        header("{'__metadata__': {'k': '\\ud800'}}", 0, "half of a surrogate pair"),
        header("{'a\\u001b[31m': 1}", 0, "tensor 'a\\u001b[31m' is 1"),
        header("{'a\u00c0\u0080': 1}", 0, "the header is not text in UTF-8"),
        header("{'a\u00ed\u00a0\u0080': 1}", 0, "the header is not text in UTF-8"),
        header("\0{\0'\0a\0'", 0, "the header is not sound JSON at character"),
        header("\0\0\0{\0\0\0'", 0, "the header is not sound JSON at character"),
        header("\u00ef\u00bb\u00bf{}", 0, "the header is not sound JSON at character"));
  }

  static Stream<Arguments> indexes() {
    return Stream.of(
        index("", "the index is empty"),
        index("{", "the index is not sound JSON"),
        index("[]", "the index is a list, not a JSON object"),
        index("{}", "has no object 'weight_map' of tensor to file"),
        index("{'weight_map': []}", "weight_map is a list, not a JSON object"),
        index("{'weight_map': {'a': 1}}", "the file of 'a' is 1, not a string"),
        index("{'weight_map': {'a': 'b\\u0000.safetensors'}}", "is 'b\\u0000.saf"),
        index("{'weight_map': {'a': '../b.safetensors'}}", "is '../b.safetensors', not"),
        index("{'weight_map': {'a': 'b.bin'}}", "is 'b.bin', not the name of"),
        index("{'weight_map': {'a': 'b.safetensors'}}", "names file 'b.safetensors'"),
        index("{'weight_map': {'b': 'one.safetensors'}}", "which has no such tensor"));
  }

  private static Arguments raw(byte[] file, String message) {
    return Arguments.of(file, message);
  }

  /** JSON with ' for its quotation marks. */
  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static Arguments header(String text, int dataBytes, String message) {
    return raw(prefixed(text.length(), json(text), dataBytes), message);
  }

  private static Arguments index(String text, String message) {
    return Arguments.of(json(text), message);
  }

  /** Of a tensor 'a' of that dtype, shape and data_offsets. */
  private static Arguments tensor(String fields, int dataBytes, String message) {
    return header(oneTensor(fields), dataBytes, message);
  }

  private static String oneTensor(String fields) {
    Object[] of = fields.split(" ", 3);
    return "{'a': {'dtype': '%s', 'shape': %s, 'data_offsets': %s}}".formatted(of);
  }

  private static byte[] prefixed(long length, String json, int dataBytes) {
    byte[] text = json.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(8 + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(text)
        .array();
  }

  @ParameterizedTest
  @MethodSource("files")
  void ofSafetensors(byte[] bytes, String message, @TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("model.safetensors"), bytes);
    check(file, message, assertThrows(MalformedFileException.class, () -> Checkpoint.open(file)));
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void ofIndexes(String json, String message, @TempDir Path folder) throws IOException {
    Path index = Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    String one = json(oneTensor("F32 [1] [0,4]"));
    Files.write(folder.resolve("one.safetensors"), prefixed(one.length(), one, 4));
    Path asked = folder.resolve("model.safetensors");
    check(index, message, assertThrows(MalformedFileException.class, () -> Checkpoint.open(asked)));
  }

  private static void check(Path file, String message, MalformedFileException error) {
    String actual = error.getMessage();
    assertEquals(1, actual.lines().count(), actual);
    assertTrue(actual.startsWith(file + ": "), actual);
    assertTrue(actual.contains(message), actual);
  }
}
