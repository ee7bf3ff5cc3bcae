// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.ftp.FTPFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A local folder as a cluster's file system may be: nobody can seek in it, and it does what {@code
 * faulty.*} in Hadoop's configuration says. What has happened is kept in the folder {@code
 * faulty.state}, so that the processes of a cluster on one machine know of each other.
 *
 * <ul>
 *   <li>{@code faulty.broken}: NAME, whose attempts can never be made
 *   <li>{@code faulty.fails}: NAME, whose first two attempts cannot be made
 *   <li>{@code faulty.full}: NAME, whose first attempt finds no space after its first bytes
 *   <li>{@code faulty.fulls}: NAME, of which that is true for every attempt
 *   <li>{@code faulty.late}: NAME, whose first attempt is made when there is a file {@code go} in
 *       {@code faulty.state}
 *   <li>{@code faulty.slow}: NAME, whose first attempt stands still for five minutes
 *   <li>{@code faulty.millis}: how long each write takes at least
 *   <li>{@code faulty.plain}: no file can be made on condition that its folder is there
 *   <li>{@code faulty.objects}: as S3 is: a file is there when its stream is closed; none is
 *       renamed
 * </ul>
 */
public final class FaultyFileSystem extends RawLocalFileSystem {
  private static final URI ROOT = URI.create("faulty:///");

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  private boolean isObjectStore() {
    return getConf().getBoolean("faulty.objects", false);
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) throws IOException {
    return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM)
        ? isObjectStore()
        : super.hasPathCapability(path, capability);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    if (isObjectStore()) {
      throw new UnsupportedOperationException("an object store copies: " + from);
    }
    return super.rename(from, to);
  }

  /** Whether this is one of the first so many events of a name, in all processes. */
  private boolean isAmongFirst(int count, String event, Path file) throws IOException {
    String name = getConf().get("faulty." + event);
    if (name == null || !file.getName().startsWith(name) || file.getName().contains("receipt")) {
      return false;
    }
    java.nio.file.Path state = java.nio.file.Path.of(getConf().get("faulty.state"));
    for (int i = 0; i < count; i++) {
      try {
        Files.createFile(state.resolve(event + "-" + i));
        return true;
      } catch (FileAlreadyExistsException e) {
        continue;
      }
    }
    return false;
  }

  /** Notes that an attempt was begun. */
  private void note(Path file) throws IOException {
    java.nio.file.Path state = java.nio.file.Path.of(getConf().get("faulty.state"));
    Files.createFile(state.resolve("made-" + file.getName() + "-" + UUID.randomUUID()));
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    if (!pathToFile(file).isFile()) {
      throw new FileNotFoundException(file + " is not there");
    }
    return new FSDataInputStream(new Forward(super.open(file, bufferSize)));
  }

  private static final class Forward extends FSInputStream {
    private final FSDataInputStream in;

    Forward(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public void seek(long position) {
      throw new UnsupportedOperationException("nobody can seek here");
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return in.read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(
        file, made -> super.create(made, overwrite, bufferSize, replication, blockSize, progress));
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path file,
      FsPermission permission,
      EnumSet<CreateFlag> flags,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (getConf().getBoolean("faulty.plain", false)) {
      return new FTPFileSystem() // which has FileSystem's own
          .createNonRecursive(file, permission, flags, bufferSize, replication, blockSize, null);
    }
    return create(
        file,
        made ->
            super.createNonRecursive(
                made, permission, flags, bufferSize, replication, blockSize, progress));
  }

  private interface Make {
    FSDataOutputStream of(Path file) throws IOException;
  }

  private FSDataOutputStream create(Path file, Make make) throws IOException {
    if (isAmongFirst(1, "late", file)) {
      awaitGo();
    }
    if (isAmongFirst(2, "fails", file) || isAmongFirst(100, "broken", file)) {
      throw new IOException("told to fail");
    }
    if (!file.getName().endsWith(".receipt")) {
      note(file);
    }
    boolean isFull = isAmongFirst(1, "full", file) || isAmongFirst(100, "fulls", file);
    boolean isSlow = isAmongFirst(1, "slow", file);
    Path made =
        isObjectStore()
            ? new Path(getConf().get("faulty.state"), "upload-" + UUID.randomUUID())
            : file;
    FSDataOutputStream out = make.of(made);
    return new FSDataOutputStream(
        new Faulty(out, isFull, isSlow, getConf(), () -> appear(made, file)), null);
  }

  private void awaitGo() throws IOException {
    java.nio.file.Path go = java.nio.file.Path.of(getConf().get("faulty.state"), "go");
    while (!Files.exists(go)) {
      pause(10);
    }
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void appear(Path made, Path file) throws IOException {
    if (!made.equals(file)) {
      Files.createDirectories(pathToFile(file).toPath().getParent());
      Files.move(
          pathToFile(made).toPath(),
          pathToFile(file).toPath(),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private interface Appear {
    void run() throws IOException;
  }

  private static final class Faulty extends OutputStream implements StreamCapabilities, Abortable {
    private final OutputStream out;
    private final boolean isFull;
    private final boolean isSlow;
    private final boolean isObject;
    private final long millis;
    private final Appear appear;
    private long written;
    private boolean isClosed;

    Faulty(OutputStream out, boolean isFull, boolean isSlow, Configuration conf, Appear appear) {
      this.out = out;
      this.isFull = isFull;
      this.isSlow = isSlow;
      this.isObject = conf.getBoolean("faulty.objects", false);
      this.millis = conf.getLong("faulty.millis", 0);
      this.appear = appear;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      pause(isSlow && written > 0 ? 300_000 : millis);
      if (isFull && written > 0) {
        throw new IOException("No space left on device");
      }
      out.write(bytes, offset, length);
      written += length;
    }

    @Override
    public boolean hasCapability(String capability) {
      return isObject && capability.equals(StreamCapabilities.ABORTABLE_STREAM);
    }

    @Override
    public AbortableResult abort() {
      isClosed = true;
      try {
        out.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return new AbortableResult() {
        @Override
        public boolean alreadyClosed() {
          return false;
        }

        @Override
        public IOException anyCleanupException() {
          return null;
        }
      };
    }

    @Override
    public void close() throws IOException {
      out.close();
      if (!isClosed) {
        isClosed = true;
        appear.run();
      }
    }
  }
}
