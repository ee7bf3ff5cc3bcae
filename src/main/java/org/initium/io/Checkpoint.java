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

/**
 * The tensors of a safetensors file, or of the files under a Hugging Face index ({@code
 * model.safetensors.index.json}): their headers, read and checked at once, and their bytes on
 * demand.
 */
public final class Checkpoint implements AutoCloseable {
  /** A tensor and the file that it is in. */
  public record Entry(StoredTensor tensor, Path file, long dataStart) {}

  private final Path path;
  private final Map<String, String> metadata;
  private final List<Entry> entries;
  private final Map<Path, FileChannel> channels = new HashMap<>();

  private Checkpoint(Path path, Map<String, String> metadata, List<Entry> entries) {
    this.path = path;
    this.metadata = metadata;
    this.entries = List.copyOf(entries);
  }

  /**
   * Opens a safetensors file; an index, by its own name or by that of the file it stands for; or a
   * folder with a {@code model.safetensors} of either kind.
   *
   * @throws MalformedFileException if a file is not sound
   * @throws NoSuchFileException if there is none
   */
  public static Checkpoint open(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve("model.safetensors") : path;
    Path index = file.resolveSibling(file.getFileName() + CheckpointFiles.INDEX);
    if (!Files.exists(file) && Files.exists(index)) {
      file = index;
    }
    return file.toString().endsWith(".json") ? openIndex(file) : openFile(file);
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
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, String> mapped : files.entrySet()) {
      String name = mapped.getValue();
      if (!headers.containsKey(name)) {
        Path file = index.resolveSibling(name);
        if (!Files.exists(file)) {
          throw new MalformedFileException(index, "names file '" + name + "', which is not there");
        }
        SafetensorsHeader header = SafetensorsHeader.read(file);
        metadata.putAll(header.metadata());
        Map<String, Entry> byName = new HashMap<>();
        entries(file, header).forEach(entry -> byName.put(entry.tensor().name(), entry));
        headers.put(name, byName);
      }
      Entry entry = headers.get(name).get(mapped.getKey());
      if (entry == null) {
        throw new MalformedFileException(
            index,
            "says that '%s' is in %s, which has no such tensor".formatted(mapped.getKey(), name));
      }
      entries.add(entry);
    }
    return new Checkpoint(index, metadata, entries);
  }

  private static Map<String, String> weightMap(Path index) throws IOException {
    Object json = Json.parse(index, "the index", Files.readAllBytes(index));
    if (!(json instanceof Map<?, ?> members)
        || !(members.get("weight_map") instanceof Map<?, ?> weights)) {
      throw new MalformedFileException(index, "has no object 'weight_map' of tensor to file");
    }
    Map<String, String> files = new LinkedHashMap<>();
    weights.forEach(
        (tensor, file) -> {
          if (!(file instanceof String name) || !name.matches("[^/\\\\]+\\.safetensors")) {
            throw new MalformedFileException(
                index,
                "the file of '%s' is '%s', not the name of a .safetensors file beside the index"
                    .formatted(tensor, file));
          }
          files.put(tensor.toString(), name);
        });
    return files;
  }

  /** The file or index that was opened. */
  public Path path() {
    return path;
  }

  /** The free entries of the headers. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors: of a file in the order of their bytes, of an index in the order of its map. */
  public List<Entry> entries() {
    return entries;
  }

  /** Reads bytes of a tensor from byte {@code offset} of it on, as many as the segment has. */
  public synchronized void read(Entry entry, long offset, MemorySegment target) throws IOException {
    FileChannel channel = channels.get(entry.file());
    if (channel == null) {
      channel = FileChannel.open(entry.file(), StandardOpenOption.READ);
      channels.put(entry.file(), channel);
    }
    ByteBuffer buffer = target.asByteBuffer();
    long start = entry.dataStart() + entry.tensor().begin() + offset;
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, start + buffer.position()) < 0) {
        throw new MalformedFileException(entry.file(), "became shorter while it was read");
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
