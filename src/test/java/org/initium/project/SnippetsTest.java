// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.initium.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in Javadoc are compiled and run; each public factory has one. */
class SnippetsTest {
  private static final Path MAIN = Path.of("src/main/java/org/initium");
  private static final Pattern SNIPPET =
      Pattern.compile("\\{@snippet :\\n((?: +\\*(?: .*)?\\n)*?) +\\* }\\n(?! +\\* }\\n)");

  /** A static method that makes a value of its own type, or an initializer, by a public type. */
  private static final Pattern FACTORY =
      Pattern.compile("(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)\\s+(?:public )?static (\\w+) (\\w+)\\(");

  private static final List<String> TYPES =
      List.of(
          "Tensor",
          "Shape",
          "Device",
          "DType",
          "Stream",
          "initializer/Init",
          "initializer/Values",
          "initializer/Fans",
          "initializer/Nonlinearity",
          "random/Generator",
          "random/GpuGeometry",
          "random/TorchVersion",
          "random/TorchCpuGenerator");

  private static final String BEFORE =
      """
      import java.lang.foreign.MemorySegment;
      import java.nio.ByteBuffer;
      import java.util.Map;
      import org.initium.*;
      import org.initium.function.*;
      import org.initium.initializer.*;
      import org.initium.random.*;

      final class Snippet {
        static final Tensor weight = Tensor.empty(Shape.of(512, 256), DType.F32);
        static final Tensor kernel = Tensor.empty(Shape.of(64, 32, 3, 3), DType.F32);
        static final Generator generator = Generator.philox(42);
      """;

  @Test
  void eachFactoryHasAnExample() throws IOException {
    List<String> without = new ArrayList<>();
    int seen = 0;
    for (String type : TYPES) {
      Matcher factory = FACTORY.matcher(Files.readString(MAIN.resolve(type + ".java")));
      while (factory.find()) {
        if (factory.group().contains("public static") || type.matches("Stream|random/Generator")) {
          boolean makes = !factory.group(2).matches("double|List|String");
          seen += makes ? 1 : 0;
          if (makes && !SNIPPET.matcher(factory.group(1)).find()) {
            without.add(type + "." + factory.group(3));
          }
        }
      }
    }
    assertTrue(seen >= 80, "only " + seen + " factories were found");
    assertEquals(List.of(), without);
  }

  @Test
  void eachExampleRuns(@TempDir Path folder) throws Exception {
    Map<String, String> snippets = snippets();
    assertTrue(snippets.size() >= 80, () -> "only " + snippets.size() + " examples were found");
    StringBuilder source = new StringBuilder(BEFORE);
    snippets.forEach(
        (name, text) ->
            source
                .append("  public static void ")
                .append(name)
                .append("() throws Exception {\n")
                .append(text)
                .append("  }\n\n"));
    Path file = folder.resolve("Snippet.java");
    Files.writeString(file, source.append("}\n"));
    Path classes =
        Path.of(Tensor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    StringWriter errors = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    boolean compiled =
        compiler
            .getTask(
                errors,
                null,
                null,
                List.of("-proc:none", "-cp", classes.toString(), "-d", folder.toString()),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
            .call();
    assertTrue(compiled, errors::toString);
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, SnippetsTest.class.getClassLoader())) {
      Class<?> type = Class.forName("Snippet", true, loader);
      for (String name : snippets.keySet()) {
        var method = type.getDeclaredMethod(name);
        method.setAccessible(true);
        method.invoke(null);
      }
    }
  }

  /** The examples by a name that says where they stand. */
  private static Map<String, String> snippets() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        String text = Files.readString(file);
        Matcher snippet = SNIPPET.matcher(text);
        while (snippet.find()) {
          long line = text.substring(0, snippet.start()).lines().count();
          String type = file.getFileName().toString().replace(".java", "");
          String code = snippet.group(1).replaceAll("(?m)^ +\\* ?", "    ");
          found.put(type + "_" + line, code);
        }
      }
    }
    return found;
  }
}
