// SPDX-License-Identifier: Apache-2.0
package org.initium.testing.windows;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The machine's files as a program on Windows finds them, by {@code
 * -Djava.nio.file.spi.DefaultFileSystemProvider}: no modes, no opening of folders, no replacing of
 * a file that is open or loaded, no removing of a folder whose file is still open, though it was
 * deleted, and none of the names that Windows refuses. What is open, /proc/self tells.
 */
public final class StrictProvider extends FileSystemProvider {
  private static final String GONE = " (deleted)";

  private final FileSystemProvider real;
  private final StrictFileSystem system;

  /** Over the provider that there would be. */
  public StrictProvider(FileSystemProvider real) {
    this.real = real;
    this.system = new StrictFileSystem(this, real.getFileSystem(URI.create("file:///")));
  }

  private static Path real(Path path) {
    return StrictPath.real(path);
  }

  /** The files that this process has open or loaded; deleted ones end in {@link #GONE}. */
  private List<String> open() throws IOException {
    List<String> open = new ArrayList<>();
    FileSystem files = real.getFileSystem(URI.create("file:///"));
    try (DirectoryStream<Path> numbers =
        real.newDirectoryStream(files.getPath("/proc/self/fd"), path -> true)) {
      for (Path number : numbers) {
        try {
          open.add(real.readSymbolicLink(number).toString());
        } catch (IOException e) {
          continue; // closed in the meantime
        }
      }
    }
    for (String line : Files.readAllLines(files.getPath("/proc/self/maps"))) {
      int at = line.indexOf('/');
      if (at >= 0) {
        open.add(line.substring(at));
      }
    }
    return open;
  }

  private String name(Path path) throws IOException {
    Path absolute = real(path).toAbsolutePath();
    return absolute.getParent() == null
        ? "/"
        : absolute.getParent().toRealPath().resolve(absolute.getFileName()).toString();
  }

  private static void refuse(boolean when, Path path) throws AccessDeniedException {
    if (when) {
      throw new AccessDeniedException(path.toString());
    }
  }

  private void checkOpening(Path path, Set<? extends OpenOption> options) throws IOException {
    refuse(Files.isDirectory(real(path)), path);
    boolean creates =
        options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW);
    refuse(creates && open().contains(name(path) + GONE), path);
  }

  private static void checkAttributes(FileAttribute<?>... attributes) {
    for (FileAttribute<?> attribute : attributes) {
      if (attribute.name().startsWith("posix:")) {
        throw new UnsupportedOperationException(
            "'" + attribute.name() + "' not supported as initial attribute");
      }
    }
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    checkAttributes(attributes);
    checkOpening(path, options);
    return real.newFileChannel(real(path), options, attributes);
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    checkAttributes(attributes);
    real.createDirectory(real(path), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    String name = name(path);
    if (Files.isDirectory(real(path), LinkOption.NOFOLLOW_LINKS)) {
      for (String open : open()) {
        if (open.startsWith(name + "/")) {
          throw new DirectoryNotEmptyException(path.toString());
        }
      }
    } else if (name.endsWith(".so") || name.contains(".so.")) {
      refuse(open().contains(name), path);
    }
    real.delete(real(path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    String from = name(source);
    String to = name(target);
    for (String open : open()) {
      refuse(open.equals(to) || open.startsWith(from + "/"), target);
    }
    real.move(real(source), real(target), options);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    refuse(open().contains(name(target)), target);
    real.copy(real(source), real(target), options);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type == PosixFileAttributeView.class
        ? null
        : real.getFileAttributeView(real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type == PosixFileAttributes.class) {
      throw new UnsupportedOperationException();
    }
    return real.readAttributes(real(path), type, options);
  }

  private static void checkView(String attributes) {
    if (attributes.startsWith("posix:") || attributes.startsWith("unix:")) {
      throw new UnsupportedOperationException("View '" + attributes + "' not available");
    }
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    checkView(attributes);
    return real.readAttributes(real(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    checkView(attribute);
    real.setAttribute(real(path), attribute, value, options);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> stream =
        real.newDirectoryStream(real(folder), path -> filter.accept(system.wrap(path)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> paths = stream.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return paths.hasNext();
          }

          @Override
          public Path next() {
            return system.wrap(paths.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public String getScheme() {
    return real.getScheme();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) throws IOException {
    return real.newFileSystem(uri, settings);
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return system.wrap(real.getPath(uri));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real.isSameFile(real(path), real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(real(path), modes);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return system.wrap(real.readSymbolicLink(real(link)));
  }
}
