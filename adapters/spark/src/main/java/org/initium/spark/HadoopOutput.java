// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.permission.FsPermission;
import org.initium.io.output.Output;
import org.initium.recipe.model.PieceWriter.Receipt;

/**
 * A folder of a Hadoop file system: HDFS, S3, a mounted disk. Nothing is ever read or written out
 * of order.
 *
 * <p>Attempts grow in a folder of the job's own below it, {@code _initium-JOB}, from which they are
 * renamed. In an object store a file is not there before it is whole, and a rename is a copy:
 * attempts at a file, which are all of equal bytes, have its own name there.
 *
 * <p>The driver alone makes the job's folder: a task that is still at it when the job has ended,
 * because another attempt was faster, must not bring it back.
 */
final class HadoopOutput implements Output {
  private static final String WORK = "_initium-";

  /** What {@link FileSystem} says for those that have not the call, such as SFTP's. */
  private static final String NO_SUCH_CALL = "createNonRecursive unsupported";

  private static final int BUFFER = 1 << 20;
  private static final int RENAMES = 16;

  private final FileSystem files;
  private final Path folder;
  private final Path work;
  private final boolean isObjectStore;
  private final Set<String> foundNamed = ConcurrentHashMap.newKeySet();

  HadoopOutput(String folder, String job, Configuration configuration) throws IOException {
    this.folder = new Path(folder);
    FileSystem system = this.folder.getFileSystem(configuration);
    // No .crc beside the files of a local folder.
    this.files = system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
    this.work = new Path(this.folder, WORK + job);
    this.isObjectStore =
        files.hasPathCapability(this.folder, CommonPathCapabilities.ABORTABLE_STREAM);
  }

  /** Whether attempts are at the file itself, which is there when it is whole. */
  boolean isObjectStore() {
    return isObjectStore;
  }

  private Path attempt(String piece, String attempt) {
    return isObjectStore ? new Path(folder, piece) : new Path(work, piece + "." + attempt);
  }

  private static final class HadoopAttempt implements Attempt {
    private final FSDataOutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private boolean isFinished;

    HadoopAttempt(FSDataOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int length = Math.min(buffer.length, bytes.remaining());
        bytes.get(buffer, 0, length);
        out.write(buffer, 0, length);
      }
    }

    @Override
    public void finish() throws IOException {
      if (out.hasCapability(StreamCapabilities.HSYNC)) {
        out.hsync(); // HDFS's datanodes and a local disk have it
      }
      out.close(); // which is when an object store has it
      isFinished = true;
    }

    /** What is not finished must not become an object. */
    @Override
    public void close() throws IOException {
      if (isFinished) {
        return;
      }
      if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
        out.abort();
      } else {
        out.close();
      }
    }
  }

  @Override
  public Attempt create(String piece, String attempt) throws IOException {
    Path file = attempt(piece, attempt);
    return new HadoopAttempt(isObjectStore ? files.create(file, true) : createOfJob(file));
  }

  private FSDataOutputStream createOfJob(Path file) throws IOException {
    try {
      return files.createNonRecursive(
          file,
          files instanceof RawLocalFileSystem ? null : FsPermission.getFileDefault(), // no chmod
          EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
          BUFFER,
          files.getDefaultReplication(file),
          files.getDefaultBlockSize(file),
          null);
    } catch (FileNotFoundException e) {
      throw isGone(e);
    } catch (IOException e) {
      if (e.getMessage() == null || !e.getMessage().startsWith(NO_SUCH_CALL)) {
        throw e;
      }
      if (!files.exists(work)) { // all that can be done where there is no such call
        throw isGone(e);
      }
      return files.create(file, true);
    }
  }

  private IOException isGone(IOException cause) {
    return new IOException(
        work + " is not there: the job has ended, or this machine does not share the folder",
        cause);
  }

  /** The bytes of a file of the folder. */
  InputStream open(String name) throws IOException {
    return files.open(new Path(folder, name));
  }

  /** Several renames at a time: each waits for the file system, and there may be thousands. */
  @Override
  public void commit(List<Named> named) throws IOException {
    List<Callable<Void>> renames = new ArrayList<>();
    named.forEach(file -> renames.add(() -> rename(file)));
    try (ExecutorService threads = Executors.newFixedThreadPool(RENAMES)) {
      for (Future<Void> done : threads.invokeAll(renames)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while files got their names", e);
    }
  }

  private Void rename(Named file) throws IOException {
    Path from = attempt(file.piece(), file.attempt());
    Path to = new Path(folder, file.name());
    if (from.equals(to)) {
      return null;
    }
    // Another driver of the same model may have named the very file, which is not to be lost.
    if (files.exists(to) && !files.exists(from)) {
      foundNamed.add(file.name());
      return null;
    }
    files.delete(to, false); // rename does not replace
    if (!files.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
    return null;
  }

  /**
   * Checks the files that had their names at the commit, where the attempts were gone: another
   * driver of the same model may have named them, or they are an older model's.
   */
  void checkFoundNamed(List<Receipt> receipts) throws IOException {
    for (Receipt receipt : receipts) {
      String name = receipt.file();
      if (foundNamed.contains(name) && !has(name, receipt.bytes(), receipt.sha256())) {
        throw new IOException(
            new Path(folder, name)
                + " is another model's: what a task made of it is gone; begin again");
      }
    }
  }

  /** Removes what an attempt wrote, if it is there. */
  void abort(String piece, String attempt) throws IOException {
    if (!isObjectStore) {
      files.delete(attempt(piece, attempt), false);
    }
  }

  @Override
  public void close() throws IOException {
    files.delete(work, true);
  }

  /** The folder, as it was given. */
  @Override
  public String toString() {
    return folder.toString();
  }

  void makeFolder() throws IOException {
    files.mkdirs(work);
  }

  /** The name of the job's folder. */
  String job() {
    return work.getName();
  }

  /** The names of the files in the folder; none where it is not there. */
  List<String> names() throws IOException {
    return names(folder, FileStatus::isFile);
  }

  /** The names of the files of a job; none where it is not there. */
  List<String> names(String job) throws IOException {
    return names(new Path(folder, job), FileStatus::isFile);
  }

  private List<String> names(Path of, Predicate<FileStatus> kind) throws IOException {
    try {
      return Stream.of(files.listStatus(of))
          .filter(kind)
          .map(status -> status.getPath().getName())
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** Removes a file of the folder, if it is there. */
  void remove(String name) throws IOException {
    files.delete(new Path(folder, name), false);
  }

  /** The folders of other jobs, which have not ended well. */
  List<String> otherJobs() throws IOException {
    return names(folder, FileStatus::isDirectory).stream()
        .filter(name -> name.startsWith(WORK) && !name.equals(work.getName()))
        .toList();
  }

  /** Removes the folder of a job. */
  void removeJob(String name) throws IOException {
    files.delete(new Path(folder, name), true);
  }

  /** Has a file of this job, which is there, removed when the process ends by a signal. */
  void removeOfJobAtExit(String name) throws IOException {
    files.deleteOnExit(new Path(work, name));
  }

  /** Removes a file of this job, and the job's folder if there is no other in it. */
  void removeOfJob(String name) throws IOException {
    Path file = new Path(work, name);
    files.cancelDeleteOnExit(file);
    files.delete(file, false);
    if (names(job()).isEmpty()) {
      files.delete(work, true);
    }
  }

  /**
   * When a file of a job was last written, in milliseconds of the file system's clock; 0 if it is
   * not there.
   */
  long modified(String job, String name) throws IOException {
    try {
      return files.getFileStatus(new Path(new Path(folder, job), name)).getModificationTime();
    } catch (FileNotFoundException e) {
      return 0;
    }
  }

  /** Writes a small file beside the model's. */
  void write(String name, String text) throws IOException {
    write(files.create(new Path(folder, name), true), text);
  }

  /** Writes a small file of the job, which goes when it is done. */
  void writeOfJob(String name, String text) throws IOException {
    write(createOfJob(new Path(work, name)), text);
  }

  private static void write(FSDataOutputStream file, String text) throws IOException {
    try (file) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The text of a small file beside the model's; nothing where it is not there. */
  String read(String name) throws IOException {
    return read(new Path(folder, name));
  }

  /** The text of a small file of the job; nothing where it is not there. */
  String readOfJob(String name) throws IOException {
    return read(new Path(work, name));
  }

  private String read(Path file) throws IOException {
    try (InputStream in = files.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return "";
    }
  }

  /** Whether a file of the folder has that length and hash. */
  boolean has(String name, long length, String sha256) throws IOException {
    return has(new Path(folder, name), length, sha256);
  }

  /** Whether an attempt at a file has that length and hash. */
  boolean hasAttempt(String piece, String attempt, long length, String sha256) throws IOException {
    return has(attempt(piece, attempt), length, sha256);
  }

  private boolean has(Path file, long length, String sha256) throws IOException {
    try {
      return files.getFileStatus(file).getLen() == length && hash(file).equals(sha256);
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = files.open(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
