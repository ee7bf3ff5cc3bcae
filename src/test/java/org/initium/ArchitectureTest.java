// SPDX-License-Identifier: Apache-2.0
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
import java.util.ArrayList;
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

  /** A package, and those that it may use besides text; a point is the root. */
  private static Map<String, Set<String>> arrows() {
    String rooms =
        """
        text:
        expression:
        function:
        random.twister:
        random: random.twister
        spi:
        .: function random spi
        io: .
        initializer: . expression function
        recipe.plan: . initializer io random
        cli.console:
        natives:
        io.output: . io natives
        cli.plot: . io io.output
        recipe.yaml: expression initializer recipe.plan
        recipe: . initializer io recipe.plan recipe.yaml
        recipe.folder: . io io.output recipe.plan
        recipe.model: . initializer io io.output random recipe.folder recipe.plan
        cli: . cli.console cli.plot expression initializer io io.output random recipe \
            recipe.folder recipe.model recipe.plan
        law.quantile: . function
        law: . law.quantile spi
        kernel: . law spi
        torch.kernel: . kernel law random random.twister spi
        cpu.fill: . cpu.memory function kernel law law.quantile random.twister spi torch \
            torch.kernel
        cpu.kernels: . kernel natives
        cpu.memory: . cpu.kernels spi
        blas: . natives
        cpu.orthogonal: . blas cpu.fill cpu.memory
        torch: . function law.quantile random random.twister spi torch.kernel
        cpu: . cpu.fill cpu.kernels cpu.memory cpu.orthogonal kernel random spi torch
        cuda: .
        cuda.library: . natives
        cuda.driver: . cuda cuda.library kernel
        cuda.device: . cuda cuda.driver random spi
        cuda.fill: . cuda cuda.device cuda.driver cuda.library kernel law random spi torch.kernel
        cuda.orthogonal: . cuda cuda.device cuda.driver cuda.fill cuda.library kernel spi
        cuda.backend: . cuda.device cuda.driver cuda.fill cuda.library cuda.orthogonal kernel \
            random spi
        dlpack: .
        """;
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (String row : rooms.lines().toList()) {
      String[] room = row.split(": *");
      Set<String> used = new TreeSet<>(Set.of(named("text")));
      Stream.of(room)
          .skip(1)
          .flatMap(u -> Stream.of(u.split(" +")))
          .map(ArchitectureTest::named)
          .forEach(used::add);
      used.remove(named(room[0]));
      arrows.put(named(room[0]), used);
    }
    return arrows;
  }

  private static String named(String room) {
    return room.equals(".") ? ROOT : ROOT + "." + room;
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

  /** The table shows what is, not what once was. */
  @Test
  void everyArrowIsUsed() {
    Map<String, Set<String>> unused = arrows();
    unused.values().forEach(to -> to.remove(named("text")));
    dependencies()
        .forEach(
            d ->
                unused
                    .getOrDefault(d.getOriginClass().getPackageName(), Set.of())
                    .remove(target(d)));
    unused.values().removeIf(Set::isEmpty);
    assertEquals(Map.of(), unused);
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
  void theMapHasEachPackage() throws IOException {
    String map = Files.readString(Path.of("docs/ARCHITECTURE.md"));
    List<String> missing =
        ARROWS.keySet().stream().filter(room -> !map.contains("| `" + room + "`")).toList();
    assertEquals(List.of(), missing);
  }

  @Test
  void noPackagesDependOnEachOtherInACircle() {
    Set<String> circles = new TreeSet<>();
    ARROWS.keySet().stream().filter(room -> reached(room).contains(room)).forEach(circles::add);
    assertTrue(circles.isEmpty(), () -> "each of these is reached from itself: " + circles);
  }

  /** All packages that a package uses, and that those use. */
  private static Set<String> reached(String from) {
    Set<String> found = new TreeSet<>();
    List<String> next = new ArrayList<>(ARROWS.get(from));
    while (!next.isEmpty()) {
      String room = next.removeLast();
      if (found.add(room)) {
        next.addAll(ARROWS.getOrDefault(room, Set.of()));
      }
    }
    return found;
  }
}
