// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.folder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.io.CheckpointLayout;
import org.initium.io.MalformedFileException;
import org.initium.io.SafetensorsHeader;
import org.initium.io.StoredTensor;
import org.initium.io.output.AtomicFile;
import org.initium.recipe.plan.RowShard;
import org.initium.text.Text;

/**
 * A folder in which several runs each made files of one model. A file has its name when it is
 * whole; what remains is to see that all are there, and of the same model, and to write the index.
 *
 * @since 0.1.0
 */
public final class CheckpointFolder {
  private static final Pattern PART =
      Pattern.compile("(?<stem>.+)-(?<number>[0-9]{5,9})-of-(?<count>[0-9]{5,9})\\.safetensors");

  /**
   * What was found.
   *
   * @param index the file that was written
   * @param shards how many shares of each tensor there are; 1 for whole tensors
   * @param files how many files
   * @param tensors how many tensors
   * @param bytes of all tensors
   */
  public record Finished(Path index, int shards, int files, int tensors, long bytes) {}

  private final Path folder;
  private final Map<String, SafetensorsHeader> files = new TreeMap<>();

  private CheckpointFolder(Path folder) throws IOException {
    this.folder = folder;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.safetensors")) {
      for (Path file : found) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          files.put(file.getFileName().toString(), SafetensorsHeader.read(file));
        }
      }
    }
  }

  /**
   * Checks that a folder has all of a model, and writes its index: for whole tensors Hugging
   * Face's; for shards {@code shards.json}, the name of each shard's file.
   *
   * @param folder with the files of all pieces
   * @return what is in it
   * @throws java.io.IOException if a file cannot be read or the index not written
   * @throws MalformedFileException if a file is missing, not whole, or of another model
   */
  public static Finished finish(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new MalformedFileException(
          folder, "is no folder; give the folder that has the model's files");
    }
    CheckpointFolder found = new CheckpointFolder(folder);
    found.checkRun();
    if (found.isSharded()) {
      ShardedFolder sharded = new ShardedFolder(folder, found.files);
      return found.write(FolderIndex.ofShards(found.files), sharded.shards(), sharded.tensors());
    }
    return found.finishParts();
  }

  /**
   * The finished folder of shards that a path names, by itself or by its index.
   *
   * @param path of anything
   * @return the folder, or nothing where there is no {@code shards.json}, or a model beside it
   */
  public static Optional<Path> ofShards(Path path) {
    boolean isIndex = path.endsWith(FolderIndex.OF_SHARDS);
    Path folder = isIndex ? path.toAbsolutePath().getParent() : path;
    Path model = folder.resolve("model.safetensors");
    boolean isModel = Files.exists(model) || Files.exists(CheckpointLayout.index(model));
    return Files.isRegularFile(folder.resolve(FolderIndex.OF_SHARDS)) && (isIndex || !isModel)
        ? Optional.of(folder)
        : Optional.empty();
  }

  /**
   * The files of a finished folder of shards: all are there, of one run, and its index is theirs.
   *
   * @param folder that {@link #ofShards} found
   * @return the files of each shard, in the order of the shards
   * @throws java.io.IOException if a file cannot be read
   * @throws MalformedFileException if a file is missing, not whole, of another model, or not what
   *     the index says
   */
  public static Map<RowShard, List<Path>> shards(Path folder) throws IOException {
    CheckpointFolder found = new CheckpointFolder(folder);
    found.checkRun();
    ShardedFolder sharded = new ShardedFolder(folder, found.files);
    Path index = folder.resolve(FolderIndex.OF_SHARDS);
    byte[] right = FolderIndex.ofShards(found.files).text().getBytes(StandardCharsets.UTF_8);
    if (!Arrays.equals(Files.readAllBytes(index), right)) {
      throw new MalformedFileException(
          index, "is not the index of the shards beside it; write it anew by 'initium finish'");
    }
    return sharded.files();
  }

  /** The metadata of a file's run; what it says of the file itself is left out. */
  private static Map<String, String> run(SafetensorsHeader header) {
    Map<String, String> run = new HashMap<>(header.metadata());
    run.remove(Provenance.SHARD);
    run.keySet().removeIf(key -> key.startsWith("DCP_"));
    return run;
  }

  private void checkRun() {
    if (files.isEmpty()) {
      throw new MalformedFileException(folder, "has no .safetensors files");
    }
    String first = files.keySet().iterator().next();
    Map<String, String> run = run(files.get(first));
    files.forEach(
        (name, header) -> {
          Map<String, String> other = run(header);
          if (!header.metadata().containsKey(Provenance.SHARD)) {
            throw broken("%s is not by 'initium init'; move it elsewhere", name);
          }
          if (!run.equals(other)) {
            TreeMap<String, String> keys = new TreeMap<>(run);
            keys.putAll(other);
            String key =
                keys.keySet().stream()
                    .filter(k -> !run.getOrDefault(k, "").equals(other.getOrDefault(k, "")))
                    .findFirst()
                    .orElseThrow();
            throw broken(
                "%s and %s are of different runs: their %s is %s and %s",
                first, name, key, run.get(key), other.get(key));
          }
        });
  }

  private boolean isSharded() {
    return files.values().stream()
        .anyMatch(header -> !header.metadata().get(Provenance.SHARD).equals("0/1"));
  }

  private MalformedFileException broken(String template, Object... values) {
    return fault(folder, template, values);
  }

  static MalformedFileException fault(Path folder, String template, Object... values) {
    return new MalformedFileException(folder, Text.message(template, values));
  }

  /** Refuses a folder with another index than the one that is to be written: which is read? */
  private void checkOnlyIndex(Path index) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : found) {
        String name = file.getFileName().toString();
        boolean isIndex =
            name.equals(FolderIndex.OF_SHARDS) || name.endsWith(CheckpointLayout.indexName(""));
        if (isIndex && !file.equals(index)) {
          throw broken(
              "has %s already, the index of another layout, which a reader could take for this"
                  + " one; remove it",
              name);
        }
      }
    }
  }

  private Finished finishParts() throws IOException {
    String stem = null;
    int count = 0;
    for (String name : files.keySet()) {
      Matcher part = PART.matcher(name);
      if (!part.matches()) {
        throw broken("%s is not one of several files NAME-00001-of-0000N.safetensors", name);
      }
      int of = Integer.parseInt(part.group("count"));
      if (stem != null && !(stem.equals(part.group("stem")) && of == count)) {
        throw broken("%s and %s are of different models", files.keySet().iterator().next(), name);
      }
      stem = part.group("stem");
      count = of;
    }
    checkAll(stem, count);
    return write(FolderIndex.ofTensors(stem + ".safetensors", files), 1, checkNames());
  }

  private Finished write(FolderIndex index, int shards, int tensors) throws IOException {
    Path file = folder.resolve(index.name());
    checkOnlyIndex(file);
    AtomicFile.write(file, index.text().getBytes(StandardCharsets.UTF_8));
    return new Finished(file, shards, files.size(), tensors, FolderIndex.bytes(files));
  }

  private void checkAll(String stem, int count) {
    List<String> missing = new ArrayList<>();
    for (int n = 1; n <= count && missing.size() < 2; n++) {
      String name = Text.format("%s-%05d-of-%05d.safetensors", stem, n, count);
      if (!files.containsKey(name)) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty() || files.size() > count) {
      throw broken(
          "%s; of %d files there are %d",
          missing.isEmpty() ? "files are numbered too high" : missing.getFirst() + " is missing",
          count,
          files.size());
    }
  }

  private int checkNames() {
    Map<String, String> holders = new HashMap<>();
    files.forEach(
        (name, header) -> {
          for (StoredTensor tensor : header.tensors()) {
            String other = holders.put(tensor.name(), name);
            if (other != null) {
              throw broken("tensor '%s' is in %s and in %s", tensor.name(), other, name);
            }
          }
        });
    return holders.size();
  }
}
