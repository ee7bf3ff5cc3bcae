// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.text.Text;

/**
 * The tensors of a safetensors file, or of the files under a Hugging Face index ({@code
 * model.safetensors.index.json}): their headers, read and checked at once, and their bytes on
 * demand.
 *
 * @since 0.1.0
 */
public final class Checkpoint implements AutoCloseable {
  /**
   * A tensor and the file that it is in.
   *
   * @param tensor its name, type, shape and place in the file
   * @param file where it is
   * @param dataStart where the bytes of all tensors begin in that file
   */
  public record Entry(StoredTensor tensor, Path file, long dataStart) {}

  private static final Pattern NAME = Pattern.compile("[^/\\\\\\x00]+\\.safetensors");

  /** What is parsed in the heap that the program has; a million names of 150 characters. */
  static final long MAX_INDEX_BYTES = 250_000_000;

  /** Of the files that are open at a time: a process may have some 1,000. */
  private static final int MOST_OPEN = 64;

  /** Reads of more than this are split: the JDK's view of a segment has an int size. */
  private static final long PIECE = 1 << 30;

  private final Path path;
  private final Map<String, String> metadata;
  private final List<Entry> entries;
  private final LinkedHashMap<Path, FileChannel> channels = new LinkedHashMap<>(16, 0.75f, true);

  private Checkpoint(Path path, Map<String, String> metadata, List<Entry> entries) {
    this.path = path;
    this.metadata = metadata;
    this.entries = List.copyOf(entries);
  }

  /**
   * Opens a safetensors file; an index, by its own name or by that of the file it stands for; or a
   * folder with a {@code model.safetensors} of either kind.
   *
   * @param path of a file, an index or a folder
   * @return the checkpoint, which the caller closes
   * @throws java.io.IOException if a file cannot be read
   * @throws MalformedFileException if a file is not sound
   * @throws NoSuchFileException if there is none; its reason names what a folder has instead
   */
  public static Checkpoint open(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve("model.safetensors") : path;
    Path index = CheckpointLayout.index(file);
    if (!Files.exists(file) && Files.exists(index)) {
      file = index;
    }
    if (!file.equals(path) && !Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, filesOf(path));
    }
    return file.toString().endsWith(".json") ? openIndex(file) : openFile(file);
  }

  /**
   * Opens files that are one checkpoint without an index.
   *
   * @param files one or more, of one run; no two have a tensor of the same name
   * @return the checkpoint, which the caller closes; its path and metadata are those of the first
   * @throws java.io.IOException if a file cannot be read
   * @throws MalformedFileException if a file is not sound
   */
  public static Checkpoint open(List<Path> files) throws IOException {
    LinkedHashMap<Path, SafetensorsHeader> headers = new LinkedHashMap<>();
    for (Path file : files) {
      headers.put(file, SafetensorsHeader.read(file));
    }
    List<Entry> entries = new ArrayList<>();
    headers.forEach((file, header) -> entries.addAll(entries(file, header)));
    Map.Entry<Path, SafetensorsHeader> first = headers.firstEntry();
    return new Checkpoint(first.getKey(), first.getValue().metadata(), entries);
  }

  /** What a folder has instead of a model, null if nothing: its shards, a file of another name. */
  private static String filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> NAME.matcher(name).matches())
              .sorted()
              .toList();
      return switch (names.size()) {
        case 0 -> null;
        case 1 -> Text.message("the folder has %s", names.getFirst());
        default ->
            Text.message("the folder has %s and %d more", names.getFirst(), names.size() - 1);
      };
    }
  }

  private static Checkpoint openFile(Path file) throws IOException {
    SafetensorsHeader header = SafetensorsHeader.read(file);
    return new Checkpoint(file, header.metadata(), entries(file, header));
  }

  private static List<Entry> entries(Path file, SafetensorsHeader header) {
    return header.tensors().stream()
        .map(tensor -> new Entry(tensor, file, header.dataStart()))
        .toList();
  }

  private static Checkpoint openIndex(Path index) throws IOException {
    Map<String, String> files = weightMap(index);
    Map<String, Map<String, Entry>> headers = new HashMap<>();
    String first = null;
    Map<String, String> metadata = Map.of();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, String> mapped : files.entrySet()) {
      String name = mapped.getValue();
      if (!headers.containsKey(name)) {
        Path file = index.resolveSibling(name);
        if (!Files.exists(file)) {
          throw new MalformedFileException(
              index, Text.message("names file '%s', which is not there", name));
        }
        SafetensorsHeader header = SafetensorsHeader.read(file);
        if (first == null) {
          first = name;
          metadata = DistributedCheckpoint.ofAll(header.metadata());
        } else if (!metadata.equals(DistributedCheckpoint.ofAll(header.metadata()))) {
          throw new MalformedFileException(
              index,
              Text.message(
                  "names %s and %s, which are of different models: their metadata differ in '%s'",
                  first,
                  name,
                  differing(metadata, DistributedCheckpoint.ofAll(header.metadata()))));
        }
        Map<String, Entry> byName = new HashMap<>();
        entries(file, header).forEach(entry -> byName.put(entry.tensor().name(), entry));
        headers.put(name, byName);
      }
      Entry entry = headers.get(name).remove(mapped.getKey());
      if (entry == null) {
        throw new MalformedFileException(
            index,
            Text.message(
                "says that '%s' is in %s, which has no such tensor", mapped.getKey(), name));
      }
      if (entries.size() == HeaderParser.MOST_TENSORS) {
        throw new MalformedFileException(
            index,
            Text.message(
                "has more than %d tensors, which are taken at most", HeaderParser.MOST_TENSORS));
      }
      entries.add(entry);
    }
    headers.forEach(
        (name, left) -> {
          if (!left.isEmpty()) {
            throw new MalformedFileException(
                index,
                Text.message(
                    "names %s, which has a tensor '%s' that the index has not there: a file of"
                        + " another model",
                    name, left.keySet().iterator().next()));
          }
        });
    return new Checkpoint(index, metadata, entries);
  }

  private static String differing(Map<String, String> one, Map<String, String> other) {
    TreeSet<String> keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    keys.removeIf(key -> Objects.equals(one.get(key), other.get(key)));
    return keys.first();
  }

  /**
   * Reads the map of an index: the file of each tensor, by the tensor's name.
   *
   * @param index an index of a checkpoint of several files
   * @return the map, in the order of the file
   * @throws MalformedFileException if it is no such index, or longer than one may be
   * @throws java.io.IOException if it cannot be read
   */
  public static Map<String, String> weightMap(Path index) throws IOException {
    if (!Files.isRegularFile(index)) {
      throw new MalformedFileException(index, "is not a regular file; an index of names is needed");
    }
    if (Files.size(index) > MAX_INDEX_BYTES) {
      throw new MalformedFileException(
          index,
          Text.message("%d bytes; an index has at most %d", Files.size(index), MAX_INDEX_BYTES));
    }
    Map<String, String> files = new LinkedHashMap<>();
    boolean[] found = new boolean[1];
    Json.read(
        index,
        "the index",
        FileReads.of(index, () -> Files.readAllBytes(index)),
        json ->
            json.members(
                "the index",
                part -> {
                  if (part.equals("weight_map")) {
                    found[0] = true;
                    json.members("weight_map", tensor -> files.put(tensor, file(tensor, json)));
                  } else {
                    json.skip();
                  }
                }));
    if (!found[0]) {
      throw new MalformedFileException(index, "has no object 'weight_map' of tensor to file");
    }
    return files;
  }

  private static String file(String tensor, Json json) throws IOException {
    String name = json.string("the file of '" + tensor + "'");
    if (!NAME.matcher(name).matches()) {
      throw json.malformed(
          "the file of '%s' is '%s', not the name of a .safetensors file beside the index",
          tensor, name);
    }
    return name;
  }

  /** {@return the file or index that was opened} */
  public Path path() {
    return path;
  }

  /** {@return the files that its tensors are in} */
  public Set<Path> files() {
    return entries.stream().map(Entry::file).collect(Collectors.toUnmodifiableSet());
  }

  /** {@return the free entries of the headers} */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * {@return the tensors: of a file in the order of their bytes, of an index in the order of its
   * map}
   */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * Reads bytes of a tensor from byte {@code offset} of it on, as many as the segment has.
   *
   * @param entry the tensor
   * @param offset the first byte, in the tensor
   * @param target where they go
   * @throws java.io.IOException if they cannot be read
   */
  public void read(Entry entry, long offset, MemorySegment target) throws IOException {
    read(entry, offset, target, PIECE);
  }

  /** Reads no more than {@code piece} bytes at a time. */
  synchronized void read(Entry entry, long offset, MemorySegment target, long piece)
      throws IOException {
    FileChannel channel = channels.get(entry.file());
    if (channel == null) {
      if (channels.size() == MOST_OPEN) {
        channels.pollFirstEntry().getValue().close(); // the one that was not read for longest
      }
      channel = FileChannel.open(entry.file(), StandardOpenOption.READ);
      channels.put(entry.file(), channel);
    }
    FileChannel from = channel;
    long start = entry.dataStart() + entry.tensor().begin() + offset;
    for (long at = 0; at < target.byteSize(); at += piece) {
      long first = start + at;
      ByteBuffer buffer =
          target.asSlice(at, Math.min(piece, target.byteSize() - at)).asByteBuffer();
      while (buffer.hasRemaining()) {
        if (FileReads.of(entry.file(), () -> from.read(buffer, first + buffer.position())) < 0) {
          throw new MalformedFileException(entry.file(), "became shorter while it was read");
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels.values()) {
      channel.close();
    }
  }
}
