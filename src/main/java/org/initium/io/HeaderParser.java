// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.Shape;
import org.initium.text.Text;

/** Takes the JSON of a safetensors header apart and checks what the format asks for. */
final class HeaderParser {
  /** Of the tensors of a checkpoint. */
  static final int MOST_TENSORS = 1_000_000;

  /** Of the entries of {@code __metadata__}. */
  private static final int MOST_METADATA = 100_000;

  private final Path file;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<StoredTensor> tensors = new ArrayList<>();

  private HeaderParser(Path file) {
    this.file = file;
  }

  static SafetensorsHeader parse(Path file, byte[] json, long dataStart, long dataBytes) {
    HeaderParser parser = new HeaderParser(file);
    Json.read(file, "the header", json, parser::members);
    parser.checkBytes(dataBytes);
    return new SafetensorsHeader(parser.metadata, List.copyOf(parser.tensors), dataStart);
  }

  private void members(Json json) throws IOException {
    json.members(
        "the header",
        name -> {
          if (!name.equals(SafetensorsHeader.METADATA)) {
            if (tensors.size() == MOST_TENSORS) {
              throw json.malformed(
                  "has more than %d tensors, which are taken at most", MOST_TENSORS);
            }
            tensors.add(tensor(name, json));
          } else if (!json.isNull()) {
            metadata(json);
          }
        });
  }

  private void metadata(Json json) throws IOException {
    json.members(
        SafetensorsHeader.METADATA,
        key -> {
          if (metadata.size() == MOST_METADATA) {
            throw json.malformed(
                "%s has more than %d entries, which are taken at most",
                SafetensorsHeader.METADATA, MOST_METADATA);
          }
          metadata.put(key, json.string(SafetensorsHeader.METADATA + "." + key));
        });
  }

  private static final class Entry {
    private String dtype;
    private long[] shape;
    private long[] offsets;
  }

  private StoredTensor tensor(String name, Json json) throws IOException {
    Entry entry = new Entry();
    json.members(
        Text.message("tensor '%s'", name),
        field -> {
          switch (field) {
            case "dtype" -> entry.dtype = json.string("dtype of '" + name + "'");
            case "shape" ->
                entry.shape = json.counts("shape of '" + name + "'", Shape.MOST_DIMENSIONS);
            case "data_offsets" -> entry.offsets = json.counts("data_offsets of '" + name + "'", 2);
            default -> json.skip();
          }
        });
    if (entry.dtype == null || entry.shape == null || entry.offsets == null) {
      String missing =
          entry.dtype == null ? "dtype" : entry.shape == null ? "shape" : "data_offsets";
      throw malformed("%s of '%s' is missing", missing, name);
    }
    StoredType type =
        StoredType.named(entry.dtype)
            .orElseThrow(
                () ->
                    malformed(
                        "tensor '%s' has dtype '%s', which is not one of %s",
                        name, entry.dtype, Arrays.toString(StoredType.values())));
    return placed(name, type, entry.shape, entry.offsets);
  }

  private StoredTensor placed(String name, StoredType type, long[] sizes, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw malformed(
          "data_offsets of '%s' are %s, not a begin and an end", name, Arrays.toString(offsets));
    }
    long bits;
    try {
      // In this order, as the reference does: sizes that overflow are refused before a 0 as well.
      bits = Math.multiplyExact(Arrays.stream(sizes).reduce(1, Math::multiplyExact), type.bits());
    } catch (ArithmeticException e) {
      throw malformed("tensor '%s' of shape %s is too large", name, Arrays.toString(sizes));
    }
    Shape shape = Shape.of(sizes);
    if (bits % 8 != 0) {
      throw malformed("tensor '%s' of shape %s in %s does not end with a byte", name, shape, type);
    }
    if (offsets[1] - offsets[0] != bits / 8) {
      throw malformed(
          "tensor '%s' has %s, its shape %s in %s needs %d",
          name, Text.count(offsets[1] - offsets[0], "byte"), shape, type, bits / 8);
    }
    return new StoredTensor(name, type, shape, offsets[0], offsets[1]);
  }

  private void checkBytes(long dataBytes) {
    tensors.sort(
        Comparator.comparingLong(StoredTensor::begin).thenComparingLong(StoredTensor::end));
    long at = 0;
    for (StoredTensor tensor : tensors) {
      if (tensor.begin() != at) {
        throw malformed(
            "tensor '%s' begins at byte %d of the data, where %d is next: tensors may not overlap"
                + " or leave gaps",
            tensor.name(), tensor.begin(), at);
      }
      at = tensor.end();
    }
    if (at != dataBytes) {
      throw malformed(
          "the tensors take %s, the file has %d after its header",
          Text.count(at, "byte"), dataBytes);
    }
  }

  private MalformedFileException malformed(String template, Object... arguments) {
    return new MalformedFileException(file, Text.message(template, arguments));
  }
}
