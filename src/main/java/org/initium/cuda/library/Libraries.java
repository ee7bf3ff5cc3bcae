// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.initium.DeviceUnavailableException;
import org.initium.natives.NativeFiles;
import org.initium.text.Text;

/**
 * Finds and loads NVIDIA's shared libraries. JCuda's natives name them without a path; the dynamic
 * linker takes a library that is loaded already, whatever folder it came from.
 *
 * <p>Looked for, in this order: in the folders that the property {@code initium.cuda.path} or the
 * variable {@code INITIUM_CUDA_PATH} lists; in the redist jar of org.bytedeco:cuda on the class
 * path; in {@code CUDA_HOME} and {@code CUDA_PATH}; by the dynamic linker (LD_LIBRARY_PATH, its
 * cache, its default folders); in the usual folders; in NVIDIA's Python wheels. The driver comes
 * with the kernel module, so the redist jar, the toolkit (whose libcuda.so is a stub) and the
 * wheels are left out for it.
 */
@SuppressWarnings("restricted") // to load native code is its purpose
public final class Libraries {
  private static final String REDIST = "org/bytedeco/cuda/linux-x86_64/";

  /** Where a library may be: answers null where it is not, and adds where it looked. */
  private interface Place {
    BoundLibrary open(String name, Collection<String> looked);
  }

  private static final Map<Library, BoundLibrary> LOADED = new HashMap<>();

  private Libraries() {}

  /**
   * Loads a library once.
   *
   * @throws DeviceUnavailableException saying what was looked for, where, what was found instead,
   *     and what to do
   */
  public static synchronized BoundLibrary load(Library library) {
    return LOADED.computeIfAbsent(library, Libraries::find);
  }

  private static BoundLibrary find(Library library) {
    requirePlatform();
    Set<String> looked = new LinkedHashSet<>();
    for (Place place : places(library.isDriver())) {
      for (String name : library.names()) {
        BoundLibrary found = place.open(name, looked);
        if (found != null) {
          return found;
        }
      }
    }
    throw new DeviceUnavailableException(missing(library, looked));
  }

  private static List<Place> places(boolean driver) {
    List<Place> places = new ArrayList<>();
    LibraryFolders.named().forEach(folder -> places.add(folder(folder)));
    if (!driver) {
      places.add(Libraries::inRedistJar);
      LibraryFolders.toolkits().forEach(folder -> places.add(folder(folder)));
    }
    places.add(Libraries::byLinker);
    (driver ? LibraryFolders.DRIVER : LibraryFolders.TOOLKIT)
        .forEach(folder -> places.add(folder(folder)));
    if (!driver) {
      List<Path> wheels = LibraryFolders.wheels();
      if (wheels.isEmpty()) {
        places.add(
            (_, looked) -> {
              looked.add("Python's packages (none of NVIDIA's)");
              return null;
            });
      }
      wheels.forEach(folder -> places.add(folder(folder)));
    }
    return places;
  }

  private static void requirePlatform() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!platform.equals("Linux amd64")) {
      throw new DeviceUnavailableException(
          "CUDA devices are reached from Linux on x86-64 alone; this is " + platform);
    }
  }

  private static Place folder(Path folder) {
    return (name, looked) -> {
      Path file = folder.resolve(name).toAbsolutePath();
      if (!Files.exists(file)) {
        looked.add(folder.toString());
        return null;
      }
      try {
        openAll(Library.needed(name), folder);
        SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
        openAll(Library.beside(name), folder);
        return new BoundLibrary(name, file.toString(), symbols);
      } catch (IllegalArgumentException e) {
        looked.add(file + " (found, but it does not load: " + e.getMessage() + ")");
        return null;
      }
    };
  }

  /** Loads what there is of these, each from the folder or, of Python's wheels, from their own. */
  private static void openAll(List<String> names, Path folder) {
    List<Path> folders = new ArrayList<>(List.of(folder));
    folders.addAll(LibraryFolders.besides(folder));
    for (String name : names) {
      folders.stream()
          .map(each -> each.resolve(name).toAbsolutePath())
          .filter(Files::exists)
          .findFirst()
          .ifPresent(file -> SymbolLookup.libraryLookup(file, Arena.global()));
    }
  }

  private static BoundLibrary inRedistJar(String name, Collection<String> looked) {
    ClassLoader loader = Libraries.class.getClassLoader();
    URL resource = loader.getResource(REDIST + name);
    if (resource == null) {
      looked.add("the jar org.bytedeco:cuda:linux-x86_64-redist (not on the class path)");
      return null;
    }
    try {
      String version = resource.getPath().replaceAll(".*/cuda-([^/]*)-linux.*", "cuda-$1");
      NativeFiles files = NativeFiles.of(version.contains("/") ? "cuda-redist" : version);
      List<String> names = new ArrayList<>(Library.needed(name));
      names.add(name);
      names.addAll(Library.beside(name));
      for (String each : names) {
        URL part = loader.getResource(REDIST + each);
        if (part != null) {
          files.unpack(part, each);
        }
      }
      return folder(files.folder()).open(name, looked);
    } catch (IOException e) {
      looked.add(resource + " (cannot be unpacked: " + e.getMessage() + ")");
      return null;
    }
  }

  private static BoundLibrary byLinker(String name, Collection<String> looked) {
    try {
      SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
      return new BoundLibrary(name, mapped(name), symbols);
    } catch (IllegalArgumentException e) {
      String path = System.getenv("LD_LIBRARY_PATH");
      looked.add("the dynamic linker's folders" + (path == null ? "" : " and " + path));
      return null;
    }
  }

  /** The file behind a loaded library, as the kernel knows it. */
  private static String mapped(String name) {
    String stem = "/" + stem(name);
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains(stem))
          .map(line -> line.substring(line.indexOf('/')))
          .findFirst()
          .orElse(name);
    } catch (IOException e) {
      return name;
    }
  }

  private static String missing(Library library, Collection<String> looked) {
    String remedy =
        library.isDriver()
            ? "install NVIDIA's driver (nvidia-smi should list a GPU; in a container, start it with"
                + " --gpus all), or set INITIUM_CUDA_PATH to the folder that has the library"
            : "install the CUDA toolkit or its Python wheels, put"
                + " org.bytedeco:cuda:12.6-9.5-1.5.11:linux-x86_64-redist on the class path, or set"
                + " INITIUM_CUDA_PATH to the folder that has the library";
    return Text.message(
        "no %s: looked in %s; %s%s",
        library, String.join("; ", looked), otherMajors(library), remedy);
  }

  private static String otherMajors(Library library) {
    List<Path> folders = new ArrayList<>(LibraryFolders.named());
    folders.addAll(LibraryFolders.toolkits());
    folders.addAll(LibraryFolders.listed(System.getenv("LD_LIBRARY_PATH")));
    if (!library.isDriver()) {
      folders.addAll(LibraryFolders.TOOLKIT);
      folders.addAll(LibraryFolders.wheels());
    }
    Set<String> others = new LinkedHashSet<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(file -> isAnotherMajor(file.getFileName().toString(), library))
            .sorted()
            .forEach(file -> others.add(file.toString()));
      } catch (IOException e) {
        // A folder that is not there has no other version either.
      }
    }
    return others.isEmpty()
        ? ""
        : "found " + String.join(", ", others) + " of another major version; ";
  }

  private static boolean isAnotherMajor(String file, Library library) {
    return library.names().stream().anyMatch(name -> file.startsWith(stem(name) + "."))
        && library.names().stream().noneMatch(file::startsWith);
  }

  /** A name without its version. */
  private static String stem(String name) {
    return name.substring(0, name.indexOf(".so") + 3);
  }
}
