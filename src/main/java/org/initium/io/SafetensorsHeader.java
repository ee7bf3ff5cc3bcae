// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.initium.text.Text;

/**
 * The header of a safetensors file: 8 bytes of length, little endian, then JSON that gives each
 * tensor's dtype, shape and bytes (https://github.com/huggingface/safetensors#format). The tensors
 * follow without a gap.
 *
 * @param metadata the free entries of {@code __metadata__}
 * @param tensors in the order of their bytes
 * @param dataStart where the tensors' bytes begin in the file
 * @since 0.1.0
 */
public record SafetensorsHeader(
    Map<String, String> metadata, List<StoredTensor> tensors, long dataStart)
    implements Serializable {
  /** The reference implementation's limit. */
  static final long MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  /**
   * Reads and checks the header of a file, and nothing else of it.
   *
   * @param file a safetensors file
   * @return its tensors and metadata
   * @throws java.io.IOException if it cannot be read
   * @throws MalformedFileException if the file is not sound safetensors
   */
  public static SafetensorsHeader read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new MalformedFileException( // a pipe would be waited for
          file, "is not a regular file; a safetensors file or its index is needed");
    }
    return FileReads.of(file, () -> readRegular(file));
  }

  private static SafetensorsHeader readRegular(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 8) {
        throw new MalformedFileException(
            file,
            Text.message(
                "%s too few for a safetensors file, which begins with 8",
                size == 1 ? "1 byte is" : size + " bytes are"));
      }
      long length = read(file, channel, 0, 8).getLong(0);
      if (length < 2 || length > MAX_BYTES || length > size - 8) {
        throw new MalformedFileException(
            file,
            Text.message(
                "header of %s bytes in a file of %d; at least 2 and at most %d are sound: is this a"
                    + " safetensors file?",
                Long.toUnsignedString(length), size, Math.min(MAX_BYTES, size - 8)));
      }
      byte[] json = read(file, channel, 8, (int) length).array();
      return HeaderParser.parse(file, json, 8 + length, size - 8 - length);
    }
  }

  private static ByteBuffer read(Path file, FileChannel channel, long at, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new MalformedFileException(file, "became shorter while it was read");
      }
    }
    return buffer.flip();
  }

  /**
   * A header for new tensors, whose bytes stand by element size, the largest first, so that each is
   * aligned for its type; tensors of one element size stay in the given order.
   */
  static SafetensorsHeader of(Map<String, String> metadata, List<TensorSpec> specs) {
    List<StoredTensor> tensors = new ArrayList<>();
    long at = 0;
    List<TensorSpec> ordered =
        specs.stream().sorted((a, b) -> Integer.compare(b.type().bits(), a.type().bits())).toList();
    for (TensorSpec spec : ordered) {
      long end = Math.addExact(at, spec.bytes());
      tensors.add(new StoredTensor(spec.name(), spec.type(), spec.shape(), at, end));
      at = end;
    }
    int length = encode(metadata, tensors).length;
    return new SafetensorsHeader(metadata, tensors, length);
  }

  /** {@return the header as it stands in the file, padded with spaces to a multiple of 8 bytes} */
  public byte[] encode() {
    return encode(metadata, tensors);
  }

  private static byte[] encode(Map<String, String> metadata, List<StoredTensor> tensors) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      json.put(METADATA, new TreeMap<>(metadata)); // equal models are equal files
    }
    for (StoredTensor tensor : tensors) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", tensor.type().name());
      entry.put("shape", Arrays.stream(tensor.shape().sizes()).boxed().toList());
      entry.put("data_offsets", List.of(tensor.begin(), tensor.end()));
      json.put(tensor.name(), entry);
    }
    byte[] text = Json.write(json, false);
    byte[] padded = new byte[8 + Math.ceilDiv(text.length, 8) * 8];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(text, 0, padded, 8, text.length);
    ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).putLong(0, padded.length - 8L);
    return padded;
  }

  /** {@return the bytes of all tensors} */
  public long dataBytes() {
    return tensors.isEmpty() ? 0 : tensors.getLast().end();
  }
}
