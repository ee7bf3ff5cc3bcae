// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new dtype does not compile before all that depends on it says what it does with it. */
@Tag("slow")
class NewDTypeTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final String LAST = "F8_E5M2(1, 3, -14, 57344, 57344)";

  /** Where it fails to compile: docs/ARCHITECTURE.md lists the same, and what is not Java. */
  private static final TreeSet<String> PLACES =
      new TreeSet<>(
          List.of("DType.java", "StoredType.java", "DLPackStruct.java", "TorchTypes.java"));

  @TempDir Path folder;

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("module-info.java"))
          .toList();
    }
  }

  @Test
  void failsToCompileWhereverItMatters() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : sources(SOURCES)) {
      if (file.endsWith("org/initium/DType.java")) {
        String text = Files.readString(file);
        assertTrue(text.contains(LAST), "the last constant is another");
        Path patched = Files.createDirectories(folder.resolve("patched")).resolve("DType.java");
        Files.writeString(patched, text.replace(LAST, LAST + ", NEW(2, 9, -30, 1e9, 1e9)"));
        files.add(patched);
      } else {
        files.add(file);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(found, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-XDshould-stop.ifError=FLOW",
              "-d",
              folder.toString(),
              "-classpath",
              classPath());
      compiler
          .getTask(null, manager, found, options, null, manager.getJavaFileObjectsFromPaths(files))
          .call();
    }
    TreeSet<String> places = new TreeSet<>();
    for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
      if (each.getKind() == Diagnostic.Kind.ERROR) {
        assertTrue(each.getCode().contains("not.exhaustive"), each::toString);
        places.add(Path.of(each.getSource().toUri()).getFileName().toString());
      }
    }
    assertEquals(PLACES, places);
  }

  /** Of this test, however it was started. */
  private static String classPath() {
    StringJoiner path = new StringJoiner(File.pathSeparator);
    for (String name : List.of("surefire.test.class.path", "java.class.path")) {
      path.add(System.getProperty(name, ""));
    }
    if (NewDTypeTest.class.getClassLoader() instanceof URLClassLoader loader) {
      for (URL url : loader.getURLs()) {
        path.add(Path.of(URI.create(url.toString())).toString());
      }
    }
    return path.toString();
  }

  /** A default would be an answer for a type that nobody has thought of. */
  private static final Pattern DEFAULT =
      Pattern.compile(
          "case (F32|F64|F16|BF16|F8_\\w+)\\b[^{}]*+(\\{[^{}]*+\\}[^{}]*+)*+\\bdefault\\b");

  /** So would the other side of a comparison, and what is left when some sizes were asked for. */
  private static final Pattern COMPARED =
      Pattern.compile(
          "[=!]= (DType\\.)?(F32|F64|F16|BF16|F8_\\w+)\\b"
              + "|(DType\\.)?\\b(F32|F64|F16|BF16|F8_\\w+) [=!]= "
              + "|[bB]ytes\\(\\) [=!]= [1248]\\b|switch \\([\\w.]*dtype[\\w.()]*bytes\\(\\)");

  @Test
  void noCodeHasAnAnswerForTypesThatItDoesNotName() throws IOException {
    List<Path> all = new ArrayList<>(sources(SOURCES));
    try (Stream<Path> adapters = Files.list(Path.of("adapters"))) {
      for (Path root :
          adapters.map(a -> a.resolve("src/main/java")).filter(Files::exists).toList()) {
        all.addAll(sources(root));
      }
    }
    for (Path file : all) {
      String text = Files.readString(file);
      boolean own = file.endsWith("org/initium/DType.java"); // isWide() asks computedIn()
      assertTrue(!DEFAULT.matcher(text).find(), () -> "a default beside dtypes in " + file);
      assertTrue(
          !COMPARED.matcher(own ? text.replace("computedIn() == F64", "") : text).find(),
          () -> "a dtype or its size is compared in " + file);
    }
  }

  /** Sizes in the kernels: every chain of questions ends with one that does not compile. */
  @Test
  void kernelsHaveNoElseForASize() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("kernels"))) {
      for (Path file : files.filter(f -> f.toString().matches(".*\\.(cuh?|h|cpp)")).toList()) {
        String text = Files.readString(file);
        assertTrue(
            !Pattern.compile("sizeof\\((typename T::)?Stored\\) == [1248] \\?")
                .matcher(text)
                .find(),
            () -> "a size is guessed in " + file);
      }
    }
  }
}
