package org.initium.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.Shape;

/**
 * The header of a safetensors file: 8 bytes of length, little endian, then JSON that gives each
 * tensor's dtype, shape and bytes (https://github.com/huggingface/safetensors#format). The tensors
 * follow without a gap.
 *
 * @param metadata the free entries of {@code __metadata__}
 * @param tensors in the order of their bytes
 * @param dataStart where the tensors' bytes begin in the file
 */
public record SafetensorsHeader(
    Map<String, String> metadata, List<StoredTensor> tensors, long dataStart) {
  /** The reference implementation's limit. */
  static final long MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  /**
   * Reads and checks the header of a file, and nothing else of it.
   *
   * @throws MalformedFileException if the file is not sound safetensors
   */
  public static SafetensorsHeader read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 8) {
        throw new MalformedFileException(
            file,
            "%d bytes are too few for a safetensors file, which begins with 8".formatted(size));
      }
      long length = read(channel, 0, 8).getLong(0);
      if (length < 2 || length > MAX_BYTES || length > size - 8) {
        throw new MalformedFileException(
            file,
            "header of %s bytes in a file of %d; at least 2 and at most %d are sound: is this a safetensors file?"
                .formatted(Long.toUnsignedString(length), size, Math.min(MAX_BYTES, size - 8)));
      }
      byte[] json = read(channel, 8, (int) length).array();
      if (json[0] != '{') {
        throw new MalformedFileException(file, "the header does not begin with '{'");
      }
      return new Parser(file).header(json, 8 + length, size - 8 - length);
    }
  }

  private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
      continue;
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
        specs.stream()
            .sorted(Comparator.comparingInt((TensorSpec s) -> -s.dtype().bytes()))
            .toList();
    for (TensorSpec spec : ordered) {
      long end = Math.addExact(at, spec.bytes());
      tensors.add(
          new StoredTensor(spec.name(), StoredType.of(spec.dtype()), spec.shape(), at, end));
      at = end;
    }
    int length = encode(metadata, tensors).length;
    return new SafetensorsHeader(metadata, tensors, length);
  }

  /** The header as it stands in the file, padded with spaces to a multiple of 8 bytes. */
  byte[] encode() {
    return encode(metadata, tensors);
  }

  private static byte[] encode(Map<String, String> metadata, List<StoredTensor> tensors) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      json.put(METADATA, metadata);
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

  /** The bytes of all tensors. */
  public long dataBytes() {
    return tensors.isEmpty() ? 0 : tensors.getLast().end();
  }

  /** Takes the JSON apart and checks what the format asks for. */
  private record Parser(Path file) {
    SafetensorsHeader header(byte[] json, long dataStart, long dataBytes) {
      Map<?, ?> members = object("header", Json.parse(file, "the header", json));
      Map<String, String> metadata = new LinkedHashMap<>();
      List<StoredTensor> tensors = new ArrayList<>();
      members.forEach(
          (name, value) -> {
            if (name.equals(METADATA)) {
              object(METADATA, value)
                  .forEach((k, v) -> metadata.put(k.toString(), string(METADATA + "." + k, v)));
            } else {
              tensors.add(tensor(name.toString(), value));
            }
          });
      tensors.sort(
          Comparator.comparingLong(StoredTensor::begin).thenComparingLong(StoredTensor::end));
      long at = 0;
      for (StoredTensor tensor : tensors) {
        if (tensor.begin() != at) {
          throw wrong(
              "tensor '%s' begins at byte %d of the data, where %d is next: tensors may not overlap"
                  + " or leave gaps",
              tensor.name(), tensor.begin(), at);
        }
        at = tensor.end();
      }
      if (at != dataBytes) {
        throw wrong("the tensors take %d bytes, the file has %d after its header", at, dataBytes);
      }
      return new SafetensorsHeader(metadata, List.copyOf(tensors), dataStart);
    }

    private StoredTensor tensor(String name, Object value) {
      Map<?, ?> entry = object("tensor '" + name + "'", value);
      String typeName = string("dtype of '" + name + "'", entry.get("dtype"));
      StoredType type =
          StoredType.named(typeName)
              .orElseThrow(
                  () ->
                      wrong(
                          "tensor '%s' has dtype '%s', which is not one of %s",
                          name, typeName, Arrays.toString(StoredType.values())));
      long[] sizes = longs("shape of '" + name + "'", entry.get("shape"));
      long[] offsets = longs("data_offsets of '" + name + "'", entry.get("data_offsets"));
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw wrong(
            "data_offsets of '%s' are %s, not a begin and an end", name, Arrays.toString(offsets));
      }
      Shape shape;
      long bits;
      try {
        shape = Shape.of(sizes);
        bits = StoredTensor.bits(type, shape);
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw wrong("tensor '%s' of shape %s is too large", name, Arrays.toString(sizes));
      }
      if (bits % 8 != 0) {
        throw wrong("tensor '%s' of shape %s in %s does not end with a byte", name, shape, type);
      }
      if (offsets[1] - offsets[0] != bits / 8) {
        throw wrong(
            "tensor '%s' has %d bytes, its shape %s in %s needs %d",
            name, offsets[1] - offsets[0], shape, type, bits / 8);
      }
      return new StoredTensor(name, type, shape, offsets[0], offsets[1]);
    }

    private Map<?, ?> object(String what, Object value) {
      if (value instanceof Map<?, ?> map) {
        return map;
      }
      throw wrong("%s is %s, not a JSON object", what, value);
    }

    private String string(String what, Object value) {
      if (value instanceof String text) {
        return text;
      }
      throw wrong("%s is %s, not a string", what, value == null ? "missing" : value);
    }

    private long[] longs(String what, Object value) {
      if (value instanceof List<?> list
          && list.stream().allMatch(item -> item instanceof Long number && number >= 0)) {
        return list.stream().mapToLong(item -> (Long) item).toArray();
      }
      throw wrong(
          "%s is %s, not a list of integers of 0 or more", what, value == null ? "missing" : value);
    }

    private MalformedFileException wrong(String format, Object... arguments) {
      return new MalformedFileException(file, format.formatted(arguments));
    }
  }
}
