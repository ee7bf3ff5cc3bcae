// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.initium.Fill;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * META-INF/native-image has what is reached by a name alone, in the form of GraalVM's
 * reachability-metadata-schema-v1.1.0.json. No builder has read it.
 */
@Tag("slow")
class NativeImageTest {
  private static final Path FILE =
      Path.of(
          "src/main/resources/META-INF/native-image/org.initium/initium/reachability-metadata.json");
  private static final Path CLASSES = Path.of("target/classes");
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.initium");

  /** Calls by which something is reached that no compiler sees, and the classes that make them. */
  private static final Map<String, Set<String>> LOOKED_AT =
      Map.of(
          "java.lang.Class.forName", Set.of("Backend", "Registry", "Artifact"),
          "java.lang.Class.getRecordComponents", Set.of("FillText"),
          "java.lang.Class.getResourceAsStream", Set.of("Kernels", "Packed", "Version"),
          "java.lang.Class.getResource", Set.of("NativeLibrary", "NativeFiles", "PrivateFolder"),
          "java.lang.ClassLoader.getResource", Set.of("Libraries", "Jcuda", "OpenBlas"),
          "java.lang.foreign.Linker.downcallHandle",
              Set.of("CLibrary", "ArenaGuard", "Blas", "BoundLibrary", "BorrowedTensor"),
          "java.lang.foreign.Linker.upcallStub", Set.of("ArenaGuard", "ExportedTensor"));

  /** JSON is YAML. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> metadata() throws IOException {
    return (Map<String, Object>)
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(FILE));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object of, String name) {
    return (List<Map<String, Object>>) ((Map<String, Object>) of).get(name);
  }

  @Test
  void hasTheFormOfTheSchema() throws Exception {
    Map<String, Object> all = metadata();
    assertEquals(Set.of("comment", "reflection", "resources", "foreign"), all.keySet());
    for (Map<String, Object> type : list(all, "reflection")) {
      Set<String> allowed =
          Set.of(
              "type",
              "methods",
              "allPublicMethods",
              "allDeclaredMethods",
              "allDeclaredFields",
              "allDeclaredConstructors");
      assertTrue(allowed.containsAll(type.keySet()), type.toString());
      Class.forName((String) type.get("type"), false, getClass().getClassLoader());
    }
    for (Map<String, Object> resource : list(all, "resources")) {
      assertEquals(Set.of("glob"), resource.keySet());
    }
    assertEquals(Set.of("downcalls", "upcalls"), ((Map<?, ?>) all.get("foreign")).keySet());
    for (String kind : List.of("downcalls", "upcalls")) {
      for (Map<String, Object> call : list(all.get("foreign"), kind)) {
        assertEquals(Set.of("returnType", "parameterTypes"), call.keySet());
      }
    }
  }

  @Test
  void whatReachesByNameWasLookedAt() {
    LOOKED_AT.forEach(
        (call, known) -> {
          Set<String> users =
              OURS.stream()
                  .flatMap(c -> c.getMethodCallsFromSelf().stream())
                  .filter(c -> (c.getTargetOwner().getName() + "." + c.getName()).equals(call))
                  .map(c -> top(c.getOriginOwner()).getSimpleName())
                  .collect(toCollection(TreeSet::new));
          users.removeAll(known);
          assertEquals(Set.of(), users, call + ": say in " + FILE + " what it reaches");
        });
  }

  private static JavaClass top(JavaClass type) {
    return type.getEnclosingClass().map(NativeImageTest::top).orElse(type);
  }

  /** --plan prints fills by the accessors of their records. */
  @Test
  void whatIsReadByReflectionIsThere() throws IOException {
    Set<String> listed =
        list(metadata(), "reflection").stream()
            .map(type -> (String) type.get("type"))
            .collect(toCollection(TreeSet::new));
    Set<String> wanted = new TreeSet<>();
    for (JavaClass type : OURS) {
      boolean fill = type.isRecord() && type.isAssignableTo(Fill.class);
      boolean ofFill = type.isRecord() && type.getPackageName().equals("org.initium.function");
      if (fill || ofFill) {
        wanted.add(type.getName());
      }
    }
    wanted.removeAll(listed);
    assertEquals(Set.of(), wanted);
  }

  @Test
  void everyResourceOfOursIsMatched() throws IOException {
    List<String> globs =
        list(metadata(), "resources").stream().map(r -> "glob:" + r.get("glob")).toList();
    try (Stream<Path> files = Files.walk(CLASSES)) {
      List<String> missed =
          files
              .filter(Files::isRegularFile)
              .map(CLASSES::relativize)
              .filter(file -> !file.toString().endsWith(".class"))
              .filter(file -> file.startsWith("org"))
              .filter(
                  file ->
                      globs.stream()
                          .noneMatch(
                              glob -> FileSystems.getDefault().getPathMatcher(glob).matches(file)))
              .map(Path::toString)
              .toList();
      assertEquals(List.of(), missed);
    }
  }

  /** Read in the sources: the descriptors are made of constants. */
  @Test
  void everyFunctionDescriptorIsThere() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (String kind : List.of("downcalls", "upcalls")) {
      for (Map<String, Object> call : list(metadata().get("foreign"), kind)) {
        listed.add(call.get("returnType") + " " + call.get("parameterTypes"));
      }
    }
    Set<String> wanted = new TreeSet<>();
    for (JavaClass type : OURS) {
      Path source = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
      if (Files.exists(source)) {
        String text = Files.readString(source);
        find(text, "FunctionDescriptor\\.of\\(([A-Za-z_, \\s]+)\\)", "", wanted);
        find(text, "FunctionDescriptor\\.ofVoid\\(([A-Za-z_, \\s]+)\\)", "void", wanted);
        findRoutines(text, wanted);
        find(text, "call\\([^;]*?\"([li]+)\"", "jint", wanted);
      }
    }
    wanted.removeIf(
        descriptor -> descriptor.contains("?")); // of a variable, whose values are above
    assertTrue(wanted.size() > 20, wanted.toString());
    wanted.removeAll(listed);
    assertEquals(Set.of(), wanted);
  }

  /** BLAS's, for each type of real numbers: i, r and p are an int, a real number and an address. */
  private static void findRoutines(String text, Set<String> wanted) {
    Matcher matcher =
        Pattern.compile("function\\([^;]*?\", (null|real|JAVA_INT), \"([irp]*)\"\\)").matcher(text);
    while (matcher.find()) {
      for (String real : List.of("jfloat", "jdouble")) {
        Map<Integer, String> types = Map.of((int) 'i', "jint", (int) 'r', real, (int) 'p', "jlong");
        String returned = matcher.group(1).equals("null") ? "void" : type(matcher.group(1), real);
        wanted.add(returned + " " + matcher.group(2).chars().mapToObj(types::get).toList());
      }
    }
  }

  private static void find(String text, String pattern, String result, Set<String> wanted) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      for (String real : List.of("jfloat", "jdouble")) {
        String found = matcher.group(1);
        Stream<String> names =
            found.matches("[li]+")
                ? found.chars().mapToObj(letter -> letter == 'l' ? "JAVA_LONG" : "JAVA_INT")
                : Arrays.stream(found.split(",")).map(String::strip).filter(n -> !n.isEmpty());
        List<String> types = new ArrayList<>(names.map(name -> type(name, real)).toList());
        String returned = result.isEmpty() ? types.removeFirst() : result;
        wanted.add(returned + " " + types);
      }
    }
  }

  private static String type(String name, String real) {
    return switch (name) {
      case "ADDRESS" -> "void*";
      case "JAVA_LONG", "PTR" -> "jlong";
      case "JAVA_INT", "INT" -> "jint";
      case "real" -> real;
      default -> "?";
    };
  }
}
