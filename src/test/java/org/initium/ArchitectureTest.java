package org.initium;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between packages, and who may know of what. */
class ArchitectureTest {
  private static final String ROOT = "org.initium";

  /** Which packages of ours a package may use, besides itself. A package not named here fails. */
  private static final Map<String, Set<String>> ARROWS = arrows();

  private static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();

    return arrows;
  }

  private static void arrow(Map<String, Set<String>> arrows, String from, String... to) {
    arrows.put(
        named(from),
        Stream.concat(Stream.of(to), Stream.of("text"))
            .map(ArchitectureTest::named)
            .collect(toCollection(TreeSet::new)));
  }

  private static String named(String room) {
    return room.isEmpty() ? ROOT : ROOT + "." + room;
  }

  /**
   * Libraries by the start of their packages: one class alone may use each. Types that several
   * libraries share have a row of their own and may be used by all of those classes.
   */
  private static final List<String> LIBRARIES =
      List.of(
          "jcuda.driver",
          "jcuda.jcurand",
          "jcuda.jcusolver",
          "org.snakeyaml.engine",
          "com.fasterxml.jackson",
          "org.knowm.xchart",
          "picocli");

  /** JCuda's pointers and streams, which its driver, cuRAND and cuSOLVER bindings share. */
  private static final Pattern SHARED = Pattern.compile("jcuda\\.(runtime\\.)?[A-Za-z_]+");

  private static final Pattern SOFTWARE_DEVICE =
      Pattern.compile("soft(ware)?[ _-]?device|native-test|mockgpu", Pattern.CASE_INSENSITIVE);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static Stream<Dependency> dependencies() {
    return CLASSES.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream());
  }

  /** ArchUnit skips class files that it is too old to read, and everything would hold. */
  @Test
  void readsTheClassFilesOfThisJava() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("target/classes/org/initium"))) {
      long written = files.filter(f -> f.toString().endsWith(".class")).count();
      assertEquals(written, CLASSES.stream().filter(c -> c.getSource().isPresent()).count());
    }
  }

  @Test
  void packagesDependInOneDirection() {
    Set<String> faults =
        dependencies()
            .filter(d -> base(d.getTargetClass()).getPackageName().startsWith(ROOT))
            .filter(d -> !mayUse(d.getOriginClass().getPackageName(), target(d)))
            .map(Dependency::getDescription)
            .collect(toCollection(TreeSet::new));
    assertTrue(faults.isEmpty(), () -> String.join("\n", faults));
  }

  private static String target(Dependency dependency) {
    return base(dependency.getTargetClass()).getPackageName();
  }

  private static boolean mayUse(String from, String to) {
    return ARROWS.containsKey(from) && (from.equals(to) || ARROWS.get(from).contains(to));
  }

  /** The element type of an array. */
  private static JavaClass base(JavaClass type) {
    return type.getBaseComponentType();
  }

  @Test
  void eachLibraryHasOneClassThatKnowsIt() {
    Map<String, Set<String>> users = new TreeMap<>();
    dependencies()
        .filter(d -> isForeign(base(d.getTargetClass())))
        .forEach(
            d ->
                users
                    .computeIfAbsent(
                        library(base(d.getTargetClass()).getName()), l -> new TreeSet<>())
                    .add(outermost(d.getOriginClass())));
    Set<String> gates = new TreeSet<>();
    LIBRARIES.forEach(library -> gates.addAll(users.getOrDefault(library, Set.of())));
    gates.add(ROOT + ".cuda.JCudaInterop"); // takes them from the callers
    users.forEach(
        (library, classes) -> {
          if (library.equals(SHARED.pattern())) {
            assertTrue(gates.containsAll(classes), () -> "JCuda's types are used in " + classes);
          } else {
            assertEquals(1, classes.size(), () -> library + " is used in " + classes);
          }
        });
    assertTrue(users.size() >= 5, () -> "too few libraries seen: " + users.keySet());
  }

  private static boolean isForeign(JavaClass type) {
    String name = type.getName();
    return !type.isPrimitive()
        && !name.startsWith("java.")
        && !name.startsWith(ROOT + ".")
        && !name.matches("(javax|com\\.sun)\\..*");
  }

  private static String library(String type) {
    return LIBRARIES.stream()
        .filter(library -> type.startsWith(library + "."))
        .findFirst()
        .orElseGet(
            () ->
                SHARED.matcher(type).matches()
                    ? SHARED.pattern()
                    : fail(type + " is of a library that this test has no row for"));
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".cli..")
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
  }

  /** Every random choice takes an explicit generator. */
  @Test
  void nothingDrawsFromTheJdksGenerators() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(java.util.random.RandomGenerator.class)
        .orShould()
        .callMethod(Math.class, "random")
        .check(CLASSES);
  }

  @Test
  void theProductKnowsNothingOfTheSoftwareDevice() throws IOException {
    Set<String> faults = new TreeSet<>();
    for (Path file : sources("src/main", "kernels")) {
      if (SOFTWARE_DEVICE.matcher(Files.readString(file)).find()) {
        faults.add(file.toString());
      }
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }

  /** The aim is 250; what is more than half again as long holds a second concept. */
  @Test
  void filesAreShort() throws IOException {
    Set<String> faults = new TreeSet<>();
    for (Path file : sources("src/main/java", "src/test/java")) {
      int lines = Files.readAllLines(file).size();
      if (lines > 400) {
        faults.add(file + ": " + lines + " lines");
      }
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }

  private static List<Path> sources(String... roots) throws IOException {
    TreeSet<Path> found = new TreeSet<>();
    for (String root : roots) {
      if (Files.isDirectory(Path.of(root))) {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
          files.filter(f -> f.toString().matches(".*\\.(java|cu|cuh|h|ptx)")).forEach(found::add);
        }
      }
    }
    return List.copyOf(found);
  }
}
