package org.initium.cuda;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.DeviceUnavailableException;
import org.initium.natives.NativeFiles;

/**
 * Finds and loads NVIDIA's shared libraries. JCuda's natives name them without a path; the dynamic
 * linker takes a library that is loaded already, whatever folder it came from.
 *
 * <p>Looked for, in this order: in the folders that the property {@code initium.cuda.path} or the
 * variable {@code INITIUM_CUDA_PATH} lists; in the redist jar of org.bytedeco:cuda on the class
 * path; in {@code CUDA_HOME} and {@code CUDA_PATH}; by the dynamic linker (LD_LIBRARY_PATH, its
 * cache, its default folders); in the usual folders. The driver comes with the kernel module, so
 * the redist jar and the toolkit (whose libcuda.so is a stub) are left out for it.
 */
@SuppressWarnings("restricted") // to load native code is its purpose
final class Libraries {
  static final String DRIVER = "libcuda.so.1";
  static final String CURAND = "libcurand.so.10";
  static final String CUSOLVER = "libcusolver.so.11";

  /** What a library needs loaded before it, or beside it, where it is not found by its own path. */
  private static final Map<String, List<String>> NEEDED =
      Map.of(
          CUSOLVER,
          List.of(
              "libnvJitLink.so.12", "libcublasLt.so.12", "libcublas.so.12", "libcusparse.so.12"));

  private static final Map<String, List<String>> BESIDE =
      Map.of(CUSOLVER, List.of("libcusolverMg.so.11"));

  private static final List<Path> USUAL_DRIVER =
      List.of(
          Path.of("/usr/lib/wsl/lib"),
          Path.of("/usr/lib/x86_64-linux-gnu"),
          Path.of("/usr/lib64"),
          Path.of("/usr/lib"));
  private static final List<Path> USUAL_TOOLKIT =
      List.of(Path.of("/usr/local/cuda/lib64"), Path.of("/usr/lib/x86_64-linux-gnu"));
  private static final String REDIST = "org/bytedeco/cuda/linux-x86_64/";

  /** A library in the process. */
  record Loaded(String name, String from, SymbolLookup symbols) {}

  private static final Map<String, Loaded> LOADED = new TreeMap<>();

  private Libraries() {}

  /**
   * Loads a library once.
   *
   * @throws DeviceUnavailableException saying what was looked for, where, what was found instead,
   *     and what to do
   */
  static synchronized Loaded load(String name) {
    Loaded loaded = LOADED.get(name);
    if (loaded == null) {
      loaded = find(name);
      LOADED.put(name, loaded);
    }
    return loaded;
  }

  /** Where a library was loaded from, if it was. */
  static synchronized Optional<String> from(String name) {
    return Optional.ofNullable(LOADED.get(name)).map(Loaded::from);
  }

  private static Loaded find(String name) {
    requirePlatform();
    List<String> looked = new ArrayList<>();
    List<Path> explicit = explicit();
    Loaded found = inFolders(name, explicit, looked);
    if (found == null && !name.equals(DRIVER)) {
      found = inRedistJar(name, looked);
      found = found != null ? found : inFolders(name, toolkits(), looked);
    }
    found = found != null ? found : byLinker(name, looked);
    if (found == null) {
      found = inFolders(name, name.equals(DRIVER) ? USUAL_DRIVER : USUAL_TOOLKIT, looked);
    }
    if (found == null) {
      throw new DeviceUnavailableException(missing(name, looked));
    }
    return found;
  }

  private static void requirePlatform() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!platform.equals("Linux amd64")) {
      throw new DeviceUnavailableException(
          "CUDA devices are reached from Linux on x86-64 alone; this is " + platform);
    }
  }

  private static List<Path> explicit() {
    return folders(System.getProperty("initium.cuda.path", System.getenv("INITIUM_CUDA_PATH")));
  }

  private static List<Path> folders(String list) {
    return list == null
        ? List.of()
        : Stream.of(list.split(File.pathSeparator))
            .filter(folder -> !folder.isBlank())
            .map(Path::of)
            .toList();
  }

  private static List<Path> toolkits() {
    return Stream.of("CUDA_HOME", "CUDA_PATH")
        .map(System::getenv)
        .filter(home -> home != null && !home.isBlank())
        .flatMap(home -> Stream.of(Path.of(home, "lib64"), Path.of(home, "lib")))
        .toList();
  }

  private static Loaded inFolders(String name, List<Path> folders, List<String> looked) {
    for (Path folder : folders) {
      Path file = folder.resolve(name).toAbsolutePath();
      if (!Files.exists(file)) {
        looked.add(folder.toString());
        continue;
      }
      try {
        openAll(NEEDED, name, folder);
        SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
        openAll(BESIDE, name, folder);
        return new Loaded(name, file.toString(), symbols);
      } catch (IllegalArgumentException e) {
        looked.add(file + " (found, but it does not load: " + e.getMessage() + ")");
      }
    }
    return null;
  }

  private static void openAll(Map<String, List<String>> related, String name, Path folder) {
    for (String other : related.getOrDefault(name, List.of())) {
      Path file = folder.resolve(other).toAbsolutePath();
      if (Files.exists(file)) {
        SymbolLookup.libraryLookup(file, Arena.global());
      }
    }
  }

  private static Loaded inRedistJar(String name, List<String> looked) {
    ClassLoader loader = Libraries.class.getClassLoader();
    URL resource = loader.getResource(REDIST + name);
    if (resource == null) {
      looked.add("the jar org.bytedeco:cuda:linux-x86_64-redist (not on the class path)");
      return null;
    }
    try {
      String version = resource.getPath().replaceAll(".*/cuda-([^/]*)-linux.*", "cuda-$1");
      NativeFiles files = NativeFiles.of(version.contains("/") ? "cuda-redist" : version);
      List<String> names = new ArrayList<>(NEEDED.getOrDefault(name, List.of()));
      names.add(name);
      names.addAll(BESIDE.getOrDefault(name, List.of()));
      for (String each : names) {
        URL part = loader.getResource(REDIST + each);
        if (part != null) {
          files.unpack(part, each);
        }
      }
      return inFolders(name, List.of(files.folder()), looked);
    } catch (IOException e) {
      looked.add(resource + " (cannot be unpacked: " + e.getMessage() + ")");
      return null;
    }
  }

  private static Loaded byLinker(String name, List<String> looked) {
    try {
      SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
      return new Loaded(name, mapped(name), symbols);
    } catch (IllegalArgumentException e) {
      String path = System.getenv("LD_LIBRARY_PATH");
      looked.add("the dynamic linker's folders" + (path == null ? "" : " and " + path));
      return null;
    }
  }

  /** The file behind a loaded library, as the kernel knows it. */
  private static String mapped(String name) {
    String stem = "/" + name.substring(0, name.indexOf(".so") + 3);
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

  private static String missing(String name, List<String> looked) {
    String remedy =
        name.equals(DRIVER)
            ? "install NVIDIA's driver (nvidia-smi should list a GPU; in a container, start it with"
                + " --gpus all), or set INITIUM_CUDA_PATH to the folder that has the library"
            : "install the CUDA toolkit 11 or 12, put"
                + " org.bytedeco:cuda:12.6-9.5-1.5.11:linux-x86_64-redist on the class path, or set"
                + " INITIUM_CUDA_PATH to the folder that has the library";
    return "no %s: looked in %s; %s%s"
        .formatted(name, String.join("; ", looked), otherMajors(name), remedy);
  }

  private static String otherMajors(String name) {
    String stem = name.substring(0, name.indexOf(".so") + 3);
    List<Path> folders = new ArrayList<>(explicit());
    folders.addAll(toolkits());
    folders.addAll(folders(System.getenv("LD_LIBRARY_PATH")));
    folders.addAll(name.equals(DRIVER) ? List.of() : USUAL_TOOLKIT);
    List<String> others = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(file -> file.getFileName().toString().startsWith(stem + "."))
            .filter(file -> !file.getFileName().toString().startsWith(name))
            .forEach(file -> others.add(file.toString()));
      } catch (IOException e) {
        // A folder that is not there has no other version either.
      }
    }
    return others.isEmpty()
        ? ""
        : "found " + String.join(", ", others) + " of another major version; ";
  }
}
