package org.initium.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.InitiumException;

/**
 * Writes a checkpoint piece by piece, in any order. The files get their final names in {@link
 * #finish}, when all of them are whole and on the disk, the index last; close without finish leaves
 * nothing behind.
 */
public final class CheckpointWriter implements AutoCloseable {
  /** Writes of more than this are split, so that the JDK's view of a segment has an int size. */
  private static final long PIECE = 1 << 30;

  private record Place(PendingFile file, long start, long bytes) {}

  private final Path out;
  private final List<PendingFile> pending = new ArrayList<>();
  private final List<Path> names = new ArrayList<>();
  private final Map<String, Place> places = new HashMap<>();

  private CheckpointWriter(Path out) {
    this.out = out;
  }

  /**
   * Begins a checkpoint: one file, or several and an index where the tensors take more than {@code
   * maxFileBytes}.
   *
   * @throws InitiumException if the folder is not there or the disk has no room for the tensors
   */
  public static CheckpointWriter create(
      Path out, List<TensorSpec> specs, Map<String, String> metadata, long maxFileBytes)
      throws IOException {
    long bytes = specs.stream().mapToLong(TensorSpec::bytes).reduce(0, Math::addExact);
    checkFolder(out, bytes);
    CheckpointWriter writer = new CheckpointWriter(out);
    try {
      writer.open(CheckpointFiles.split(specs, maxFileBytes), metadata, bytes);
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  private static void checkFolder(Path out, long bytes) throws IOException {
    Path folder = out.toAbsolutePath().getParent();
    if (out.toString().isEmpty()) {
      throw new InitiumException("the name of the file to write is empty");
    }
    if (Files.isDirectory(out)) {
      throw new InitiumException(out + " is a folder; give the name of a file in it");
    }
    if (Files.exists(out) && !Files.isRegularFile(out)) {
      throw new InitiumException( // which a rename would put a file in the place of
          out + " is a device, a pipe or a socket; give the name of a file");
    }
    long free;
    try {
      free = Files.getFileStore(folder).getUsableSpace();
    } catch (NoSuchFileException e) {
      throw new InitiumException(
          "no folder " + folder + " to write " + out.getFileName() + " in", e);
    }
    if (free < bytes) {
      throw new InitiumException(
          "no room for %s: it takes %d bytes, the disk has %d free".formatted(out, bytes, free));
    }
  }

  private void open(List<List<TensorSpec>> files, Map<String, String> metadata, long bytes)
      throws IOException {
    Map<String, Object> weightMap = new LinkedHashMap<>();
    for (int f = 0; f < files.size(); f++) {
      Path name = CheckpointFiles.name(out, f, files.size());
      SafetensorsHeader header = SafetensorsHeader.of(metadata, files.get(f));
      PendingFile file = add(name);
      file.write(ByteBuffer.wrap(header.encode()), 0);
      for (StoredTensor tensor : header.tensors()) {
        places.put(
            tensor.name(), new Place(file, header.dataStart() + tensor.begin(), tensor.bytes()));
        weightMap.put(tensor.name(), name.getFileName().toString());
      }
    }
    if (files.size() > 1) {
      Map<String, Object> index = new LinkedHashMap<>();
      index.put("metadata", Map.of("total_size", bytes));
      index.put("weight_map", weightMap);
      add(CheckpointFiles.index(out)).write(ByteBuffer.wrap(Json.write(index, true)), 0);
    }
  }

  private PendingFile add(Path name) throws IOException {
    PendingFile file = new PendingFile(name);
    pending.add(file);
    names.add(name);
    return file;
  }

  /** Files of killed runs for the same name, which nobody will finish. */
  public static List<Path> leftovers(Path out) throws IOException {
    return PendingFile.leftovers(out);
  }

  /**
   * Writes bytes of a tensor.
   *
   * @param offset where in the tensor, in bytes
   */
  public void write(String tensor, long offset, MemorySegment bytes) throws IOException {
    Place place = places.get(tensor);
    if (offset < 0 || bytes.byteSize() > place.bytes - offset) {
      throw new IllegalArgumentException(
          "%d bytes at %d do not fit tensor '%s' of %d bytes"
              .formatted(bytes.byteSize(), offset, tensor, place.bytes));
    }
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      MemorySegment piece = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at));
      try {
        place.file.write(piece.asByteBuffer(), place.start + offset + at);
      } catch (IOException e) {
        throw new IOException("cannot write " + out + ": " + e.getMessage(), e);
      }
    }
  }

  /**
   * Makes the files durable, then visible. An old file of the checkpoint's own name goes where the
   * new one is several files: readers would take it before the index.
   *
   * @return the names of the files, the index last
   */
  public List<Path> finish() throws IOException {
    for (PendingFile file : pending) {
      file.sync();
    }
    for (PendingFile file : pending) {
      file.rename();
    }
    if (!names.contains(out)) {
      Files.deleteIfExists(out);
    }
    PendingFile.syncFolder(out.toAbsolutePath().getParent());
    return List.copyOf(names);
  }

  @Override
  public void close() throws IOException {
    for (PendingFile file : pending) {
      file.close();
    }
  }
}
