// SPDX-License-Identifier: Apache-2.0
package org.initium.testing.windows;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** This machine's file system, with the names and views that Windows has. */
final class StrictFileSystem extends FileSystem {
  private final StrictProvider provider;
  private final FileSystem real;

  StrictFileSystem(StrictProvider provider, FileSystem real) {
    this.provider = provider;
    this.real = real;
  }

  Path wrap(Path path) {
    return path == null || path instanceof StrictPath ? path : new StrictPath(this, path);
  }

  /** Refuses what Windows has no names for. */
  @Override
  public Path getPath(String first, String... more) {
    for (String part : concat(first, more)) {
      for (int i = 0; i < part.length(); i++) {
        char c = part.charAt(i);
        if (c < ' ' || "<>:\"|?*".indexOf(c) >= 0) {
          throw new InvalidPathException(part, "Illegal char <" + c + ">", i);
        }
      }
      if (part.endsWith(" ")) {
        throw new InvalidPathException(part, "Trailing char < >", part.length() - 1);
      }
    }
    return wrap(real.getPath(first, more));
  }

  private static List<String> concat(String first, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.add(first);
    return all;
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic", "dos", "acl", "owner", "user");
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    List<Path> roots = new ArrayList<>();
    real.getRootDirectories().forEach(root -> roots.add(wrap(root)));
    return roots;
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return real.getFileStores();
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = real.getPathMatcher(pattern);
    return path -> matcher.matches(StrictPath.real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return real.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
