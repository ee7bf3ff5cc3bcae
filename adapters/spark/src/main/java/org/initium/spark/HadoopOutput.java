package org.initium.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.initium.io.output.Output;

/**
 * A folder of a Hadoop file system: HDFS, S3, a mounted disk. Attempts grow in a folder of the
 * job's own below it, {@code _initium-JOB}, from which they are renamed. Nothing is ever read or
 * written out of order.
 */
final class HadoopOutput implements Output {
  private static final int BUFFER = 1 << 20;

  private final FileSystem files;
  private final Path folder;
  private final Path work;

  HadoopOutput(String folder, String job, Configuration configuration) throws IOException {
    this.folder = new Path(folder);
    this.files = this.folder.getFileSystem(configuration);
    this.files.setWriteChecksum(false); // no .crc beside the files of a local folder
    this.work = new Path(this.folder, "_initium-" + job);
  }

  private Path attempt(String piece, String attempt) {
    return new Path(work, piece + "." + attempt);
  }

  private static final class HadoopAttempt implements Attempt {
    private final FSDataOutputStream out;
    private final byte[] buffer = new byte[BUFFER];

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
      out.close(); // which is when an object store has it, and HDFS's datanodes have it whole
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  @Override
  public Attempt create(String piece, String attempt) throws IOException {
    return new HadoopAttempt(files.create(attempt(piece, attempt), false));
  }

  /**
   * The files that an attempt has to equal, byte for byte, in place of those that it would make.
   */
  Attempt comparing(String name) throws IOException {
    FSDataInputStream in = files.open(new Path(folder, name));
    return new ComparingAttempt(name, in);
  }

  @Override
  public void commit(List<Named> named) throws IOException {
    for (Named file : named) {
      Path from = attempt(file.piece(), file.attempt());
      Path to = new Path(folder, file.name());
      files.delete(to, false); // rename does not replace
      if (!files.rename(from, to)) {
        throw new IOException("cannot rename " + from + " to " + to);
      }
    }
  }

  @Override
  public void abort(String piece, String attempt) throws IOException {
    files.delete(attempt(piece, attempt), false);
  }

  @Override
  public void close() throws IOException {
    files.delete(work, true);
  }

  void makeFolder() throws IOException {
    files.mkdirs(work);
  }

  /** Removes a file of the folder, if it is there. */
  void remove(String name) throws IOException {
    files.delete(new Path(folder, name), false);
  }

  /** Writes a small file beside the model's, or, where that is of the job, among its attempts. */
  void write(String name, boolean ofJob, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = files.create(new Path(ofJob ? work : folder, name), true)) {
      out.write(bytes);
    }
  }

  /** A small file's text; nothing where it is not there. */
  String read(String name, boolean ofJob) throws IOException {
    try (InputStream in = files.open(new Path(ofJob ? work : folder, name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return "";
    }
  }

  /** Whether a file of the folder, or an attempt, has that length and hash. */
  boolean has(String name, boolean ofJob, long length, String sha256) throws IOException {
    Path file = new Path(ofJob ? work : folder, name);
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
