// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * The software CUDA device of {@code native-test/}, loaded under JCuda's real natives.
 *
 * <p>A test class that needs a CUDA device is annotated {@link CudaTest}. That builds the device
 * with {@code make} when needed and loads {@code libcuda.so.1}, {@code libcurand.so.10}, {@code
 * libcusolver.so.11} and {@code libcusolverMg.so.11} by path, so that JCuda's natives, which ask
 * for them by name, get these. It must happen before the first use of JCuda in the JVM: a native
 * that once failed to load is lost, which is why such tests run in a JVM of their own (the tag
 * {@code cuda}).
 *
 * <p>Without g++ or LAPACK the tests are skipped and say why; with {@code CI=true} in the
 * environment the same is a failure. {@code -Dinitium.cuda=real} runs them on the GPU of this
 * machine: then nothing is built or loaded here, and what asks for a {@code SoftDevice} is skipped.
 *
 * <p>Settings come from {@code INITIUM_SOFT_*} (see native-test/README.md); tests see two devices
 * unless told otherwise.
 */
@SuppressWarnings("restricted") // to load native code is its purpose
public final class SoftDevice {
  private static final List<String> LIBRARIES =
      List.of("libcuda.so.1", "libcurand.so.10", "libcusolver.so.11", "libcusolverMg.so.11");
  private static final Linker LINKER = Linker.nativeLinker();

  private static SoftDevice loaded;
  private static String unavailable;

  private final MethodHandle findings;
  private final MethodHandle finding;
  private final MethodHandle setFaults;
  private final MethodHandle calls;
  private final MethodHandle live;
  private final MethodHandle peakBytes;
  private final MethodHandle pending;
  private final MethodHandle seed;
  private final MethodHandle reset;

  private SoftDevice(SymbolLookup library) {
    findings = function(library, "initiumSoftFindings", JAVA_LONG);
    finding = function(library, "initiumSoftFinding", JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    setFaults = function(library, "initiumSoftSetFaults", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    calls = function(library, "initiumSoftCalls", JAVA_LONG, ADDRESS);
    live = function(library, "initiumSoftLive", JAVA_LONG, ADDRESS);
    peakBytes = function(library, "initiumSoftPeakBytes", JAVA_LONG, JAVA_LONG);
    pending = function(library, "initiumSoftPending", JAVA_LONG);
    seed = function(library, "initiumSoftSeed", null, JAVA_LONG);
    reset = function(library, "initiumSoftReset", null);
  }

  /** Whether {@code -Dinitium.cuda=real} asks for the GPU of this machine. */
  public static boolean realGpu() {
    return "real".equals(System.getProperty("initium.cuda"));
  }

  /**
   * The device, built and loaded at the first call.
   *
   * @throws TestAbortedException when it cannot be built here, or a real GPU is in use; with {@code
   *     CI=true} an {@link AssertionError} instead of the former
   */
  public static synchronized SoftDevice require() {
    if (realGpu()) {
      throw new TestAbortedException("needs the software CUDA device; -Dinitium.cuda=real is set");
    }
    if (loaded == null && unavailable == null) {
      load();
      if (unavailable != null) {
        System.err.println("CUDA tests are skipped: " + unavailable); // one line in Maven's output
      }
    }
    if (loaded != null) {
      return loaded;
    }
    String reason = "CUDA tests are skipped: " + unavailable;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(reason + "; with CI=true that is a failure");
    }
    throw new TestAbortedException(reason);
  }

  /** What a process of its own finds its libraries by, and no others. */
  public static Map<String, String> environment() {
    String built = Path.of("native-test", "build").toAbsolutePath().toString();
    return Map.of("CUDA_HOME", "", "CUDA_PATH", "", "INITIUM_CUDA_PATH", built);
  }

  /** How many defects the device found since the last {@link #reset}. */
  public long findings() {
    return asLong(findings);
  }

  /** The texts of those defects, oldest first. */
  public List<String> findingTexts() {
    List<String> texts = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1 << 14);
      for (long i = 0; asLong(finding, i, buffer, buffer.byteSize()) >= 0; i++) {
        texts.add(buffer.getString(0));
      }
    }
    return texts;
  }

  /**
   * Orders failures: {@code "cuMemAlloc:3:2"} makes the third call of cuMemAlloc from now on answer
   * status 2, {@code "*:17:700"} the 17th call of anything; several are joined by commas. {@code
   * "cusolverDnSgeqrf.info:1:4"} puts 4 into devInfo. A call that fails by order has no effect.
   *
   * @throws IllegalArgumentException when the text cannot be read
   */
  public void setFaults(String faults) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wrong = arena.allocate(512);
      if (asLong(setFaults, arena.allocateFrom(faults), wrong, wrong.byteSize()) != 0) {
        throw new IllegalArgumentException(wrong.getString(0));
      }
    }
  }

  /**
   * How often the entry point was called since the last {@link #reset}; {@code "*"}: all together.
   */
  public long calls(String entryPoint) {
    try (Arena arena = Arena.ofConfined()) {
      return asLong(calls, arena.allocateFrom(entryPoint));
    }
  }

  /**
   * How many objects of a kind are alive: memory, host memory, stream, event, module, context,
   * graph, executable graph, cuRAND generator, cuSOLVER handle, cuSOLVER parameters; {@code "*"}:
   * all.
   */
  public long live(String kind) {
    try (Arena arena = Arena.ofConfined()) {
      return asLong(live, arena.allocateFrom(kind));
    }
  }

  /** The most bytes that a device had allocated at a time since the last {@link #reset}. */
  public long peakBytes(int device) {
    return asLong(peakBytes, (long) device);
  }

  /** How much queued work has not run yet: nothing runs before somebody waits for it. */
  public long pending() {
    return asLong(pending);
  }

  /** Chooses the order of work from now on; 0: as late as possible, in the order of the calls. */
  public void seed(long value) {
    invoke(seed, value);
  }

  /**
   * Forgets findings, faults, counts and peaks, and makes lost contexts usable. Objects stay alive.
   */
  public void reset() {
    invoke(reset);
  }

  private static void load() {
    try {
      Path directory = Path.of("native-test").toAbsolutePath();
      unavailable = build(directory);
      if (unavailable != null) {
        return;
      }
      setDefault("INITIUM_SOFT_DEVICES", "2");
      Path cache = Path.of(System.getProperty("user.home"), ".cache", "initium", "libcurand.so.10");
      if (Files.exists(cache)) {
        setDefault("INITIUM_REAL_CURAND", cache.toString());
      }
      // The product looks in these folders first, as it would for a user's own.
      System.setProperty("initium.cuda.path", directory.resolve("build").toString());
      for (String library : LIBRARIES) {
        System.load(directory.resolve("build").resolve(library).toString());
      }
      Path cuda = directory.resolve("build").resolve(LIBRARIES.getFirst());
      loaded = new SoftDevice(SymbolLookup.libraryLookup(cuda, Arena.global()));
    } catch (IOException e) {
      unavailable = "building native-test failed: " + e.getMessage();
    }
  }

  /** Answers why the device cannot be built, or null. */
  private static String build(Path directory) throws IOException {
    String packages = " (Debian: apt-get install g++ make liblapack-dev libopenblas-dev)";
    for (String tool : List.of("g++", "make")) {
      if (run(directory, null, tool, "--version") != 0) {
        return tool + " is not installed" + packages;
      }
    }
    Path build = Files.createDirectories(directory.resolve("build"));
    Path log = build.resolve("make.log");
    // Several test JVMs may start at once.
    try (FileChannel lock =
        FileChannel.open(
            build.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      String probe = "echo 'int main(){}' | g++ -x c++ - -llapack -o /dev/null";
      if (run(directory, log, "sh", "-c", probe) != 0) {
        return "LAPACK cannot be linked" + packages;
      }
      if (run(directory, log, "make", "-j2", "all") != 0) {
        // That is a defect of ours, not of the machine.
        throw new AssertionError("native-test does not build:\n" + Files.readString(log));
      }
    }
    return null;
  }

  private static int run(Path directory, Path log, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        log == null ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.to(log.toFile()));
    try {
      Process process = builder.start();
      return process.waitFor(20, TimeUnit.MINUTES) ? process.exitValue() : -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      return 127; // no such program
    }
  }

  /** Sets a variable of this process for the native libraries, unless it is set. */
  private static void setDefault(String name, String value) {
    MethodHandle setenv =
        function(LINKER.defaultLookup(), "setenv", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      invoke(setenv, arena.allocateFrom(name), arena.allocateFrom(value), 0);
    }
  }

  private static MethodHandle function(
      SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor type =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
    return LINKER.downcallHandle(library.find(name).orElseThrow(), type);
  }

  private static long asLong(MethodHandle handle, Object... arguments) {
    return (long) invoke(handle, arguments);
  }

  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** The state that a test must leave as it found it, by kind of object. */
  Map<String, Long> population() {
    return Map.of(
        "memory", live("memory"),
        "host memory", live("host memory"),
        "stream", live("stream"),
        "event", live("event"),
        "graph", live("graph") + live("executable graph"));
  }
}
