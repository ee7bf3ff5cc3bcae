// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.InitiumException;
import org.initium.io.CheckpointLayout;
import org.initium.io.SafetensorsHeader;
import org.initium.io.TensorSpec;
import org.initium.text.Text;

/**
 * Writes a checkpoint from its first byte to its last. The files get their final names in {@link
 * #finish}, when all of them are whole and on the disk, the index last; close without finish leaves
 * nothing behind.
 *
 * @since 0.1.0
 */
public final class CheckpointWriter implements AutoCloseable {
  private static final String INDEX = "index";
  private static final String ATTEMPT = "0";

  private final Path out;
  private final OutputTarget target;
  private final CheckpointLayout layout;
  private final Output output;
  private final MessageDigest digest = TensorFileWriter.sha256(); // of the files' own
  private int finished; // of the files
  private Output.Attempt attempt;
  private TensorFileWriter file;

  private CheckpointWriter(Path out, OutputTarget target, CheckpointLayout layout)
      throws IOException {
    this.out = out;
    this.target = target;
    this.layout = layout;
    this.output =
        target.isStream() ? new StreamOutput(target.path()) : new LocalOutput(target.path());
  }

  /**
   * Begins a checkpoint: one file, or several and an index where the tensors take more than {@code
   * maxFileBytes}. A link is followed; a pipe or a device is written as it is.
   *
   * @param out path of the file, {@code model.safetensors}
   * @param specs the tensors, in any order
   * @param metadata for each file's header
   * @param maxFileBytes where a further file begins; {@code Long.MAX_VALUE} for one
   * @return the writer, which the caller closes; without {@link #finish} nothing appears
   * @throws java.io.IOException if a file cannot be made
   * @throws InitiumException if the folder is not there or the disk has no room for the tensors
   * @throws IllegalArgumentException if readers would not accept the header of a tensor
   */
  public static CheckpointWriter create(
      Path out, List<TensorSpec> specs, Map<String, String> metadata, long maxFileBytes)
      throws IOException {
    return create(out, CheckpointLayout.of(specs, metadata, maxFileBytes));
  }

  private static CheckpointWriter create(Path out, CheckpointLayout layout) throws IOException {
    OutputTarget target = OutputTarget.of(out);
    if (!target.isStream()) {
      checkFolder(target, layout, out);
    } else if (layout.files().size() > 1) {
      throw new InitiumException(
          Text.message(
              "%s is a pipe or a device, which takes one file, not the %d of this model",
              out, layout.files().size()));
    }
    layout.checkIndex(target.name());
    CheckpointWriter writer = new CheckpointWriter(out, target, layout);
    try {
      writer.begin();
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Begins one file of a checkpoint of several, which has its name as soon as it is whole.
   *
   * @param out path of the checkpoint
   * @param file the header of the file
   * @return the writer
   * @throws java.io.IOException if the file cannot be made
   */
  public static CheckpointWriter create(Path out, SafetensorsHeader file) throws IOException {
    return create(out, new CheckpointLayout(List.of(file)));
  }

  private static void checkFolder(OutputTarget target, CheckpointLayout layout, Path out)
      throws IOException {
    long free;
    try {
      free = Files.getFileStore(target.folder()).getUsableSpace();
    } catch (NoSuchFileException e) {
      throw WorkFolder.noFolder(target.path(), e);
    }
    long bytes = layout.dataBytes();
    if (free < bytes) {
      throw new InitiumException(
          Text.message(
              "no room for %s: it takes %d bytes, the disk has %d free", out, bytes, free));
    }
    checkName(target.folder().resolve(layout.name(target.name(), "0".repeat(64), 0)));
  }

  /** Says now, and not when the file is made, that the system takes no such name. */
  private static void checkName(Path file) throws IOException {
    try {
      Files.getAttribute(file, "isRegularFile", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
  }

  /** {@return the names of the tensors in the order in which their bytes are to come} */
  public List<String> order() {
    return layout.order();
  }

  /**
   * {@return the files that a new checkpoint takes the place of: what {@link #finish} replaces or
   * removes}
   *
   * @param out path of the checkpoint
   * @throws java.io.IOException if its folder cannot be read
   */
  public static List<Path> replaced(Path out) throws IOException {
    OutputTarget target = OutputTarget.of(out);
    if (target.isStream()) {
      return List.of(target.path());
    }
    return Files.isDirectory(target.folder())
        ? SupersededFiles.by(List.of(), target.path()).stale()
        : List.of();
  }

  /**
   * {@return folders that killed runs for the same name left, which nobody will finish}
   *
   * @param out path of the checkpoint
   * @throws java.io.IOException if the folder around them cannot be read
   */
  public static List<Path> leftovers(Path out) throws IOException {
    OutputTarget target = OutputTarget.of(out);
    return target.isStream() ? List.of() : WorkFolder.leftovers(target.path());
  }

  /**
   * {@return whether a name stands for a pipe or a device, to which a checkpoint goes as it is
   * made}
   *
   * @param out path of the checkpoint
   * @throws java.io.IOException if the file system does not say
   */
  public static boolean isStream(Path out) throws IOException {
    return OutputTarget.of(out).isStream();
  }

  private static String piece(int file) {
    return "file-" + (file + 1);
  }

  private void begin() throws IOException {
    named(
        () -> {
          attempt = output.create(piece(finished), ATTEMPT);
          boolean several = layout.files().size() > 1;
          file = new TensorFileWriter(layout.files().get(finished), attempt, several);
        });
    endWhatIsFull();
  }

  /** Goes past files that have all their bytes. */
  private void endWhatIsFull() throws IOException {
    if (file.isFull() && finished < layout.files().size()) {
      named(() -> digest.update(file.finish()));
      finished++;
      if (finished < layout.files().size()) {
        begin();
      }
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Does what may fail on the disk, and says of which file it was where the JDK does not. */
  private void named(Action action) throws IOException {
    try {
      action.run();
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(Text.message("cannot write %s: %s", out, e.getMessage()), e);
    }
  }

  /**
   * Writes the next bytes of a tensor.
   *
   * @param offset where in the tensor, in bytes: where the last write ended
   * @param name of the tensor
   * @param bytes in the tensor's dtype, little endian
   * @throws java.io.IOException if they cannot be written
   * @throws IllegalArgumentException if other bytes are next, or the tensor has not so many
   */
  public void write(String name, long offset, MemorySegment bytes) throws IOException {
    named(() -> file.write(name, offset, bytes));
    endWhatIsFull();
  }

  /**
   * Makes the files visible. The old files of the checkpoint's name go, also where there were more
   * of them.
   *
   * @throws java.io.IOException if a file cannot be written or renamed
   * @return the names of the files, the index last
   * @throws IllegalStateException if bytes of a tensor are missing
   */
  public List<Path> finish() throws IOException {
    if (finished < layout.files().size()) {
      file.finish(); // which says what is missing
    }
    String generation = HexFormat.of().formatHex(digest.digest());
    List<Output.Named> files = new ArrayList<>();
    Map<String, SafetensorsHeader> headers = new LinkedHashMap<>();
    for (int f = 0; f < finished; f++) {
      String name = layout.name(target.name(), generation, f);
      files.add(new Output.Named(piece(f), ATTEMPT, name));
      headers.put(name, layout.files().get(f));
    }
    if (files.size() > 1) {
      named(() -> attempt = output.create(INDEX, ATTEMPT));
      named(() -> attempt.write(ByteBuffer.wrap(CheckpointLayout.index(headers))));
      named(attempt::finish);
      String name = CheckpointLayout.indexName(target.name());
      files.add(new Output.Named(INDEX, ATTEMPT, name));
    }
    named(() -> output.commit(files));
    if (target.isStream()) {
      return List.of(out);
    }
    Path base = Files.isSymbolicLink(out) ? target.path() : out;
    return files.stream().map(file -> base.resolveSibling(file.name())).toList();
  }

  @Override
  public void close() throws IOException {
    named(
        () -> {
          try (output) {
            if (attempt != null) {
              attempt.close();
            }
          }
        });
  }
}
