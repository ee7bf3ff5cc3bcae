// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.initium.text.Text;

/**
 * How the tensors of a checkpoint are spread over files: in order, a new file where the next tensor
 * would pass the limit, or the file's header would become longer than readers take. One file has
 * the checkpoint's own name, {@code model.safetensors}; several have an index {@code
 * model.safetensors.index.json}, as Hugging Face's have, and names {@code
 * model-GENERATION-00001-of-00003.safetensors}. The generation comes from their contents: files of
 * different models under one name have different names, and are never mixed, whenever a run that
 * replaces a model is killed.
 *
 * @param files the headers of the files, in order
 * @since 0.1.0
 */
public record CheckpointLayout(List<SafetensorsHeader> files) {
  private static final String EXTENSION = ".safetensors";
  private static final String INDEX = ".index.json";
  private static final int GENERATION_DIGITS = 16;

  /**
   * {@return which tensors are in which file, and where}
   *
   * @param metadata for each file's header
   * @param maxFileBytes where a further file begins; a larger tensor has a file of its own
   * @param specs the tensors, in any order
   * @throws IllegalArgumentException if there are more tensors than readers take, or the header of
   *     one of them is longer than they take
   */
  public static CheckpointLayout of(
      List<TensorSpec> specs, Map<String, String> metadata, long maxFileBytes) {
    if (specs.size() > HeaderParser.MOST_TENSORS) {
      throw new IllegalArgumentException(
          Text.message(
              "%d tensors are too many; readers accept %d",
              specs.size(), HeaderParser.MOST_TENSORS));
    }
    List<SafetensorsHeader> files = new ArrayList<>();
    List<TensorSpec> current = new ArrayList<>();
    long bytes = 0;
    long bare = HeaderSize.ofMetadata(metadata);
    long header = bare;
    for (TensorSpec spec : specs) {
      long more = HeaderSize.of(spec);
      if (bare + more > SafetensorsHeader.MAX_BYTES) {
        throw new IllegalArgumentException(
            Text.message(
                "the header of tensor '%s' would take up to %d bytes, of which readers accept %d:"
                    + " its name or the metadata is too long",
                Text.cut(spec.name(), 40), bare + more, SafetensorsHeader.MAX_BYTES));
      }
      if (!current.isEmpty()
          && (bytes + spec.bytes() > maxFileBytes || header + more > SafetensorsHeader.MAX_BYTES)) {
        files.add(header(metadata, current));
        current = new ArrayList<>();
        bytes = 0;
        header = bare;
      }
      current.add(spec);
      bytes += spec.bytes();
      header += more;
    }
    files.add(header(metadata, current));
    return new CheckpointLayout(List.copyOf(files));
  }

  private static SafetensorsHeader header(Map<String, String> metadata, List<TensorSpec> specs) {
    return SafetensorsHeader.of(DistributedCheckpoint.metadata(metadata, specs), specs);
  }

  /**
   * {@return the names of the tensors in the order of their bytes: file by file, the largest type
   * first}
   */
  public List<String> order() {
    return files.stream().flatMap(file -> file.tensors().stream()).map(StoredTensor::name).toList();
  }

  /** {@return the bytes of all tensors} */
  public long dataBytes() {
    return files.stream().mapToLong(SafetensorsHeader::dataBytes).sum();
  }

  /**
   * {@return the name of a file: the checkpoint's where it is one, else {@code
   * model-GENERATION-00001-of-00003.safetensors}}
   *
   * @param checkpoint the checkpoint's name, {@code model.safetensors}
   * @param generation hexadecimal digits of a hash of the files
   * @param file which of the files, from 0
   */
  public String name(String checkpoint, String generation, int file) {
    return files.size() == 1
        ? checkpoint
        : Text.format(
            "%s-%s-%05d-of-%05d%s",
            stem(checkpoint),
            generation.substring(0, GENERATION_DIGITS),
            file + 1,
            files.size(),
            EXTENSION);
  }

  /**
   * {@return the name of a file, from 0, of a checkpoint whose files are made each for itself}
   *
   * @param checkpoint the checkpoint's name, {@code model.safetensors}
   * @param file which of the files
   */
  public String plainName(String checkpoint, int file) {
    return Text.format("%s-%05d-of-%05d%s", stem(checkpoint), file + 1, files.size(), EXTENSION);
  }

  /**
   * {@return the name of the index, {@code model.safetensors.index.json}}
   *
   * @param checkpoint the checkpoint's name, {@code model.safetensors}
   */
  public static String indexName(String checkpoint) {
    return stem(checkpoint) + EXTENSION + INDEX;
  }

  /**
   * Checks that readers take the index.
   *
   * @param checkpoint the checkpoint's name
   * @throws IllegalArgumentException if it may be longer
   */
  public void checkIndex(String checkpoint) {
    String name = name(checkpoint, "0".repeat(GENERATION_DIGITS), 0);
    long bytes = order().stream().mapToLong(tensor -> HeaderSize.inIndex(tensor, name)).sum();
    if (files.size() > 1 && bytes > Checkpoint.MAX_INDEX_BYTES) {
      throw new IllegalArgumentException(
          Text.message(
              "the index of %d tensors would take up to %d bytes, of which readers accept %d: their"
                  + " names are too long",
              order().size(), bytes, Checkpoint.MAX_INDEX_BYTES));
    }
  }

  /**
   * {@return the index of files, as Hugging Face's loaders read it}
   *
   * @param files their headers, by their names
   */
  public static byte[] index(Map<String, SafetensorsHeader> files) {
    Map<String, Object> weightMap = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> file.tensors().forEach(tensor -> weightMap.put(tensor.name(), name)));
    long bytes = files.values().stream().mapToLong(SafetensorsHeader::dataBytes).sum();
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", bytes));
    index.put("weight_map", weightMap);
    return Json.write(index, true);
  }

  /**
   * {@return the path of a checkpoint's index, beside it}
   *
   * @param checkpoint path of the checkpoint, {@code model.safetensors}
   */
  public static Path index(Path checkpoint) {
    return checkpoint.resolveSibling(indexName(checkpoint.getFileName().toString()));
  }

  /**
   * {@return what matches the names of the files of a checkpoint of several} The group is the
   * generation, which files of ours have and those of others have not.
   *
   * @param checkpoint the checkpoint's name
   */
  public static Pattern parts(String checkpoint) {
    String stem = Pattern.quote(stem(checkpoint));
    return Pattern.compile(stem + "(-[0-9a-f]{16})?-[0-9]{5,}-of-[0-9]{5,}\\" + EXTENSION);
  }

  private static String stem(String name) {
    return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
  }
}
