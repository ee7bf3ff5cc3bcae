// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.initium.natives.NativeFiles;

/**
 * The native library of this platform, made by kernels/cpu/build.sh. Its doors are JNI functions:
 * they cost a start nothing, where the first function of the foreign linker costs 50 ms.
 */
@SuppressWarnings("restricted") // native access is what this class is for
public final class NativeLibrary {
  /** Null where the library was loaded, or why it was not. */
  private static final String FAILURE = load();

  private NativeLibrary() {}

  private static String load() {
    if (System.getProperty("initium.native", "").equals("off")) {
      return "initium.native = off";
    }
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").replace("amd64", "x86_64");
    String system = os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os;
    String name = file(system, processor);
    try {
      if (!NativeFiles.of("cpu").load(NativeLibrary.class, name, new Loading())) {
        return "there is no library for " + system + " on " + processor;
      }
      return level() == 0 ? "the processor is older than x86-64-v2" : null;
    } catch (IOException | UnsatisfiedLinkError | RuntimeException e) {
      return "the kernels could not be loaded: " + e.getMessage();
    }
  }

  /** Not a lambda: a first one takes a process 5 ms. */
  private static final class Loading implements Consumer<Path> {
    @Override
    public void accept(Path file) {
      NativeFiles.open(file);
    }
  }

  private static String file(String system, String processor) {
    String platform = "initium-" + system + "-" + processor;
    return switch (system) {
      case "windows" -> platform + ".dll";
      case "macos" -> "lib" + platform + ".dylib";
      default -> "lib" + platform + ".so";
    };
  }

  /** Why there is no library; null if there is one. */
  public static String failure() {
    return FAILURE;
  }

  /** The best level of this processor: 2 to 5 of x86-64, 1 of others; 0 where nothing runs. */
  static native long level();

  /** The address of a kernel, 0 if there is none; names are of ASCII. */
  static native long kernel(long level, byte[] name);

  /** Does work items {@code begin} to {@code end - 1}; not 0 where the parameters are too many. */
  static native long run(long kernel, long[] parameters, long begin, long end, long flags);

  /**
   * Memory of Linux, for {@link #unmap}; it reads as zeros.
   *
   * @param bytes a multiple of 4096, or of 2 MB if huge
   * @param huge 1 for huge pages, else 0
   * @return its address, or 0
   */
  public static native long map(long bytes, long huge);

  /** Where a direct buffer's memory is; 0 for other buffers. */
  public static native long address(Buffer buffer);

  /** Gives memory back. */
  public static native long unmap(long address, long bytes);

  /**
   * Linux may give memory of someone else's that nobody has touched in huge pages, those that lie
   * in it whole.
   *
   * @return 1 if that was asked of it; 0 if the memory was touched, or too small
   */
  public static native long untouched(long address, long bytes);
}
