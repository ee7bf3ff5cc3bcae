// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.initium.text.Text;

/**
 * A private folder of native libraries unpacked from jars: the only place that native code of ours
 * is loaded from. Nobody else can write to it, and a file in it is used only when it is what the
 * jar holds: by its size and the CRC-32 that a jar keeps of it, or by its size alone for the very
 * large ones; files reach their name only when they are complete.
 *
 * @param folder the folder, named after the version of what is in it
 */
public record NativeFiles(Path folder) {
  private static final long COMPARED_BYTES = 64L << 20;
  private static final Set<Path> TEMPORARY = ConcurrentHashMap.newKeySet();

  /**
   * The folder of that version: in {@code INITIUM_CACHE}, else in the user's cache; where that
   * cannot be written, or others can write to it, a temporary one of this process.
   */
  public static NativeFiles of(String version) throws IOException {
    try {
      return new NativeFiles(PrivateFolder.at(cache().resolve("natives-" + version)));
    } catch (IOException | UnsupportedOperationException | InvalidPathException e) {
      // A cache that cannot be used is no reason to fail; unpack for this process alone.
      Path folder = Files.createTempDirectory("initium-natives"); // of mode 700
      folder.toFile().deleteOnExit();
      TEMPORARY.add(folder);
      return new NativeFiles(folder);
    }
  }

  private static Path cache() throws IOException {
    String own = System.getenv("INITIUM_CACHE");
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (own != null && !own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String windows = System.getenv("LOCALAPPDATA");
    return (xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : windows != null ? Path.of(windows) : home().resolve(".cache"))
        .toAbsolutePath()
        .resolve("initium");
  }

  private static Path home() throws IOException {
    Path home = UserHome.folder();
    if (home == null) {
      throw new IOException("the user has no home");
    }
    return home;
  }

  /** The file with that name in the folder, unpacked from the resource unless it is there. */
  public Path unpack(URL resource, String name) throws IOException {
    return unpack(new Packed.Resource(resource), name);
  }

  private Path unpack(Packed resource, String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !isSame(file, resource)) {
      Leftovers.sweep(folder);
      Path partial = Files.createTempFile(folder, name, Leftovers.PARTIAL);
      try {
        write(resource, partial);
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
    }
    if (TEMPORARY.contains(folder)) {
      file.toFile().deleteOnExit();
    }
    return file;
  }

  /** Holding a lock, by which others know that this process is at it. */
  private static void write(Packed resource, Path partial) throws IOException {
    try (InputStream in = resource.open();
        FileChannel channel =
            FileChannel.open(partial, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      try {
        channel.tryLock();
      } catch (IOException e) {
        // A file system without locks, where nobody's leftovers are removed.
      }
      in.transferTo(Channels.newOutputStream(channel));
    }
  }

  /**
   * Unpacks a library of JNI functions and has it loaded. A JVM gives such a file to one class
   * loader alone, and Initium may be there in several: in an application server, in Spark, in a
   * notebook. So the first one of the process has the file itself, and each further one a copy of
   * its own; a link would not do, since the system would take it for the library that is loaded
   * already, and two loaders would share what it keeps of the JVM. Who is first, a system property
   * tells: it is all that class loaders have in common.
   *
   * @param load what loads the file, before it returns
   */
  public void load(URL resource, String name, Consumer<Path> load) throws IOException {
    load(new Packed.Resource(resource), name, load);
  }

  /**
   * The same of a resource in the package of a class, which has the name of the file.
   *
   * @return whether there is such a resource
   */
  public boolean load(Class<?> owner, String name, Consumer<Path> load) throws IOException {
    Packed resource = Packed.beside(owner, name);
    if (resource != null) {
      load(resource, name, load);
    }
    return resource != null;
  }

  private void load(Packed resource, String name, Consumer<Path> load) throws IOException {
    String mark = "initium.loaded." + folder.resolve(name);
    if (System.getProperties().putIfAbsent(mark, "true") == null) {
      load.accept(unpack(resource, name));
      return;
    }
    NativeFiles own = new NativeFiles(Files.createTempDirectory(folder, Leftovers.LOADER));
    try {
      load.accept(own.unpack(resource, name));
    } finally {
      own.delete(name);
    }
  }

  /**
   * Loads a library as {@link System#load} does, for the class loader of this class.
   *
   * @throws UnsatisfiedLinkError with the system's own words, and what to do about the usual cause
   */
  @SuppressWarnings("restricted") // it loads native code
  public static void open(Path file) {
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      // The JDK and the dynamic linker both begin with the file's name.
      String words = e.getMessage().replace(file + ": ", "");
      boolean noexec = words.contains("failed to map segment") || words.contains("not permitted");
      UnsatisfiedLinkError told =
          new UnsatisfiedLinkError(
              Text.message(
                  "%s: %s%s",
                  file,
                  words,
                  noexec
                      ? "; its folder seems to be mounted noexec: set INITIUM_CACHE to another"
                      : ""));
      told.initCause(e);
      throw told;
    }
  }

  /** What is loaded needs its name no more, but on Windows, where it stays until the exit. */
  private void delete(String name) throws IOException {
    try {
      Files.deleteIfExists(folder.resolve(name));
      Files.delete(folder);
    } catch (AccessDeniedException e) {
      folder.toFile().deleteOnExit(); // the last that is told so is deleted first
      folder.resolve(name).toFile().deleteOnExit();
    }
  }

  /**
   * By CRC-32, which Java computes natively: it is to find what was broken or is of another build,
   * since nobody else can write there. A cryptographic hash, which a start would run before it is
   * compiled, takes 50 ms; to unpack the jar's and compare bytes, 3.
   */
  private static boolean isSame(Path file, Packed resource) throws IOException {
    long size = Files.size(file);
    return size == resource.bytes()
        && (size > COMPARED_BYTES
            || Packed.crc(new FileInputStream(file.toFile())) == resource.crc());
  }
}
