// SPDX-License-Identifier: Apache-2.0
package org.initium.blas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.initium.InitiumException;
import org.initium.natives.NativeFiles;
import org.initium.text.Artifact;
import org.initium.text.Text;

/**
 * OpenBLAS as the jars of org.bytedeco:openblas hold it, one for each platform: unpacked by us to
 * our private folder and opened there. JavaCPP, which those jars are made for, would unpack it to a
 * cache whose name anybody knows and load whatever has the right size and date there; nothing of
 * JavaCPP is used.
 */
@SuppressWarnings("restricted") // to load native code is its purpose
final class OpenBlas {
  private static SymbolLookup loaded;

  private OpenBlas() {}

  /**
   * A platform by the name that the jars have for it.
   *
   * @param files the library last, behind those that it is linked with
   */
  record Platform(String name, List<String> files) {
    static Platform of(String system, String processor) {
      boolean arm = processor.equals("aarch64");
      String name = arm ? "arm64" : processor.replace("amd64", "x86_64");
      String os = system.toLowerCase(Locale.ROOT);
      if (os.startsWith("windows")) {
        return new Platform("windows-" + name, List.of("libopenblas.dll"));
      }
      String files =
          os.startsWith("mac")
              ? "libgcc_s.1.1.dylib libquadmath.0.dylib libgfortran.5.dylib libopenblas.0.dylib"
              : arm
                  ? "libgcc_s.so.1 libgfortran.so.5 libopenblas.so.0"
                  : "libgcc_s.so.1 libquadmath.so.0 libgfortran.so.5 libopenblas.so.0";
      return new Platform(
          (os.startsWith("mac") ? "macosx-" : "linux-") + name, List.of(files.split(" ")));
    }
  }

  /**
   * The library; a failure is tried again at the next call.
   *
   * @throws InitiumException if it is not on the class path, or cannot be unpacked or opened
   */
  static synchronized SymbolLookup library() {
    if (loaded == null) {
      loaded = load(Platform.of(System.getProperty("os.name"), System.getProperty("os.arch")));
    }
    return loaded;
  }

  static SymbolLookup load(Platform platform) {
    try {
      NativeFiles folder = NativeFiles.of("openblas");
      Path openblas = null;
      for (String name : platform.files()) {
        openblas = folder.unpack(resource(platform, name), name);
      }
      return open(openblas);
    } catch (IOException
        | UnsatisfiedLinkError
        | IllegalArgumentException
        | IllegalCallerException e) {
      throw new InitiumException(
          Text.message("OpenBLAS, which orthogonal needs, cannot be loaded: %s", e.getMessage()),
          e);
    }
  }

  /** The lookup says that a file could not be opened; System.load says why. */
  private static SymbolLookup open(Path file) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException e) {
      NativeFiles.open(file);
      throw e; // it can be loaded after all
    }
  }

  private static URL resource(Platform platform, String name) {
    URL resource =
        OpenBlas.class
            .getClassLoader()
            .getResource("org/bytedeco/openblas/" + platform.name() + "/" + name);
    if (resource == null) {
      throw new InitiumException(
          Artifact.advice(
              Text.message(
                  "orthogonal needs OpenBLAS (org.bytedeco:openblas with classifier %s)",
                  platform.name()),
              "initium-openblas",
              " and its jar to the class path: as a module it would need JavaCPP"));
    }
    return resource;
  }
}
