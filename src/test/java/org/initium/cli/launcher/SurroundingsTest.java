// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.cli.CommandLineRun;
import org.initium.cli.Program;
import org.initium.testing.FileCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program where output ends, disks are full, and the environment is not as usual: an exit
 * status, and one line or none. In a row of the table, I is the program, in a shell whose folder
 * has a recipe r.yaml, a model m.safetensors and a folder d with its parts.
 */
@Tag("slow")
class SurroundingsTest {
  @TempDir Path folder;
  @TempDir Path streams;

  @BeforeEach
  void writeModel() throws IOException {
    Files.writeString(
        folder.resolve("r.yaml"),
        "tensors: {'w{0..9}': [30, 10]}\nrules: [{match: '*', init: normal}]");
    String model = folder.resolve("m.safetensors").toString();
    String recipe = folder.resolve("r.yaml").toString();
    assertEquals(0, CommandLineRun.of("init", recipe, "--out", model).status());
    String part =
        Files.createDirectory(folder.resolve("d")).resolve("model.safetensors").toString();
    String[] all = {"init", recipe, "--out", part, "--part", "0/1", "--max-shard-size", "6kB"};
    assertEquals(0, CommandLineRun.of(all).status());
  }

  /**
   * What rows are made of: I, the program; P, with calls on files that fail as $FAIL says; L, by
   * the launcher, which finds it in a release; N, where a folder {@code noexec} is mounted so.
   */
  private String words() throws IOException {
    List<String> program = Program.command(List.of(), "org.initium.cli.Main", List.of());
    String java = program.getFirst();
    String rest = String.join("' '", program.subList(1, program.size()));
    return """
    I() { '%s' $FLAGS '%s' "$@"; }
    P() { FILE_CALLS_FOLDER=$PWD FILE_CALLS_FAIL=$FAIL LD_PRELOAD=$FILE_CALLS I "$@"; }
    L() { JAVA_HOME='%s' '%s' "$@"; }
    N() {
      mkdir -p noexec
      unshare -m sh -c 'mount -t tmpfs -o noexec tmpfs noexec && exec "$@"' sh '%1$s' $FLAGS '%2$s' "$@"
    }
    export -f I
    """
        .formatted(java, rest, System.getProperty("java.home"), launcher());
  }

  /** The launcher as in a release, beside a jar that is nothing but the tests' class path. */
  private Path launcher() throws IOException {
    Path bin = Files.createDirectories(streams.resolve("release/bin"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "org.initium.cli.Main");
    manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED"); // as the pom says
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path lib = Files.createDirectories(streams.resolve("release/lib"));
    new JarOutputStream(Files.newOutputStream(lib.resolve("initium.jar")), manifest).close();
    return Files.copy(
        Path.of("initium"), bin.resolve("initium"), StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** What the program printed as errors; its exit status is the first line. */
  private List<String> shell(String line) throws IOException, InterruptedException {
    Path errors = streams.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", words() + line)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .redirectOutput(streams.resolve("output").toFile());
    builder.environment().put("FILE_CALLS", FileCalls.library().toString());
    builder.environment().put("LOCPATH", locales().toString());
    Process process = builder.start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "hangs: " + line);
    Path status = folder.resolve("status");
    String code =
        Files.exists(status)
            ? Files.readString(status).strip()
            : Integer.toString(process.exitValue());
    List<String> told = Files.readAllLines(errors);
    return Stream.concat(Stream.of(code), told.stream().filter(text -> !text.contains("incubator")))
        .toList();
  }

  /** What a shell runs, the exit status, and what the one line has; none where it has nothing. */
  private static final String TABLE =
      """
      I inspect m.safetensors >&- => 1 => the output is lost: cannot write to standard output: Bad
      I inspect m.safetensors >/dev/full => 1 => standard output: No space left on device
      I verify m.safetensors r.yaml >/dev/full => 1 => standard output: No space left on device
      I init r.yaml --out o >/dev/full => 1 => standard output: No space left on device
      I fill ones --shape 3 --out o >/dev/full => 1 => standard output: No space left on device
      I devices >/dev/full => 1 => standard output: No space left on device
      I --help >/dev/full => 1 => standard output: No space left on device
      I init --help >/dev/full => 1 => standard output: No space left on device
      { I inspect m.safetensors; echo $? >status; } | true => 141
      I finish d >&- => 1 => the output is lost: cannot write to standard output: Bad
      I finish d >/dev/full => 1 => standard output: No space left on device
      { I finish d; echo $? >status; } | true => 141
      I bench >&- => 1 => the output is lost: cannot write to standard output: Bad
      I bench >/dev/full => 1 => standard output: No space left on device
      { I bench --size 4096; echo $? >status; } | head -1 => 141
      { I --help; echo $? >status; } | true => 141
      I init r.yaml --out o 2>&- => 0
      I init r.yaml --out o <&- && cmp o m.safetensors => 0
      L init - --out o <&- => 2 => <stdin>:1:1: the recipe is empty
      I fill ones --shape 3 --out w; ulimit -f 1; I init r.yaml --out o => 1 => cannot write o: File too large
      I fill ones --shape 3 --out /dev/full => 1 => cannot write /dev/full: No space left on device
      FAIL=write:28 P init r.yaml --out o => 1 => cannot write o: No space left on device
      FAIL=fsync:28 P init r.yaml --out o => 1 => cannot write o: No space left on device
      FAIL=fsync:5 P init r.yaml --out o --max-shard-size 2kB => 1 => cannot write o: Input/output
      FAIL=rename:5 P init r.yaml --out o => 1 => Input/output error
      FAIL=write:28 P inspect m.safetensors --plot o.png => 1 => cannot write o.png: No space left
      FAIL=write:28 P finish d => 1 => cannot write d/model.safetensors.index.json: No space left on device
      FAIL=fsync:28 P finish d => 1 => cannot write d/model.safetensors.index.json: No space left on device
      FAIL=close:5 P finish d => 1 => cannot read d/model-0000
      FAIL=rename:5 P finish d => 1 => Input/output error
      FAIL=mkdir:30 P finish d => 1 => d/model.safetensors.index.json: cannot make a file in its folder: Read-only file system
      FAIL=read:5 P finish d => 1 => cannot read d/model-0000
      FAIL=read:5 P inspect m.safetensors => 1 => cannot read m.safetensors: Input/output error
      FAIL=read:5:3 P inspect m.safetensors => 1 => cannot read m.safetensors: Input/output error
      FAIL=read:5 P init r.yaml --out o => 1 => r.yaml: Input/output error
      FAIL=read:5 P verify m.safetensors r.yaml => 1 => Input/output error
      I finish none => 2 => none
      I finish m.safetensors => 2 => is no folder
      I finish '' => 2 => '' cannot be the name of a file
      I init r.yaml --out '' => 2 => '' cannot be the name of a file
      rm d/model-00002* && I finish d => 2 => d: model-00002-of-00002.safetensors is missing; of 2 files there are 1
      echo '{}' >d/shards.json; I finish d => 2 => d: has shards.json already, the index of another layout
      (unset HOME; I finish d) => 0
      (unset HOME XDG_CACHE_HOME; L finish d && L bench --size 4096 | head -1 >/dev/null) => 0
      FLAGS=-Djava.io.tmpdir=$PWD/noexec N finish d => 0
      INITIUM_CACHE=$PWD/noexec N finish d => 0
      TMPDIR=/nonexistent I finish d => 0
      TERM=dumb I finish d => 0
      LANG=C LC_ALL=C I finish d => 0
      mv d '%s%n'; I finish '%s%n' => 0
      mv d "$(printf 'x\\ny')"; I finish "$(printf 'x\\ny')" => 0
      mv d ./-d; I finish ./-d => 0
      FAIL=mkdir:30 P init r.yaml --out o => 1 => a file in its folder: Read-only file system
      FAIL=mkdir:13 P init r.yaml --out o => 1 => cannot make a file in its folder: no permission
      I init r.yaml --out no/o => 1 => no folder
      I inspect m.safetensors --plot no/o.png => 1 => no folder
      I init . --out o => 2 => .:
      I verify m.safetensors . => 2 => .:
      I inspect r.yaml/x => 1 => r.yaml/x
      I init r.yaml --out r.yaml => 2 => r.yaml is read by this command, which would write over it
      ln -s r.yaml l; I init r.yaml --out l => 2 => l is read by this command
      I inspect m.safetensors --plot m.safetensors => 2 => m.safetensors is read by this command
      I inspect @m.safetensors => 2 => no file @m.safetensors
      I init r.yaml --out /dev/stdout | cmp - m.safetensors => 0 => wrote /dev/stdout
      I init r.yaml --out /dev/stdout >o; cmp o m.safetensors => 0 => wrote /dev/stdout
      I init r.yaml --out /dev/fd/3 3>o; cmp o m.safetensors => 0 => wrote /dev/fd/3
      mkfifo p; cat p >o & I init r.yaml --out p; wait; cmp o m.safetensors => 0 => wrote p
      I init r.yaml --out /dev/fd/3 3>o --max-shard-size 2kB => 1 => which takes one file, not the
      I init r.yaml --out /dev/null && test -c /dev/null => 0 => wrote /dev/null
      (unset HOME; I init r.yaml --out o) => 0
      (unset HOME XDG_CACHE_HOME; L init r.yaml --out o && cmp o m.safetensors) => 0
      FLAGS=-Djava.io.tmpdir=$PWD/noexec N init r.yaml --out o && cmp o m.safetensors => 0
      INITIUM_CACHE=$PWD/noexec N init r.yaml --out o && cmp o m.safetensors => 0 => note: CPU fills are computed in plain Java, several times slower: the kernels could not be loaded: NOEXEC
      INITIUM_CACHE=$PWD/noexec N fill orthogonal --shape 3,3 --out o => 1 => OpenBLAS, which orthogonal needs, cannot be loaded: NOEXEC
      FLAGS=-Djava.io.tmpdir=$PWD/none I inspect m.safetensors --plot o.png 2>/dev/null && test -s o.png => 0
      PATH=$PWD/bin:$PATH; mkdir bin; printf '#!/bin/sh\\n>started' >bin/stty; chmod +x bin/stty; SHELL=$BASH script -qec 'I --help' /dev/null </dev/null && test ! -e started => 0
      TMPDIR=/nonexistent I init r.yaml --out o => 0
      TERM=dumb I inspect m.safetensors => 0
      LANG=C LC_ALL=C I inspect m.safetensors => 0
      I fill ones --shape 3 --out 'a b' && test -f 'a b' => 0
      I fill ones --shape 3 --out=-o && test -f ./-o => 0
      I fill ones --shape 3 --out '%s%n' && test -f '%s%n' => 0
      I fill ones --shape 3 --out "$(printf 'x\\ny')" && test -f "$(printf 'x\\ny')" => 0
      I fill ones --shape 3 --out "$(printf '%0250d' 0)" => 0
      I fill ones --shape 3 --out "$(printf '%0256d' 0)" => 1 => File name too long
      I init r.yaml --max-shard-size 2kB --out "$(printf '%0230d' 0)" => 1 => File name too long
      """;

  static Stream<Arguments> table() {
    return TABLE
        .lines()
        .map(line -> line.split(" => ", -1))
        .map(row -> Arguments.of(row[0], Integer.parseInt(row[1]), row.length > 2 ? row[2] : null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void oneLineAndAStatus(String line, int status, String message) throws Exception {
    List<String> told = new ArrayList<>(shell(line));
    told.removeIf(text -> text.matches("(writing|verifying): .*/s.*")); // a slow machine's
    if (status != 0) {
      told.removeIf(text -> text.startsWith("note: "));
    }
    assertEquals(Integer.toString(status), told.getFirst(), told.toString());
    assertEquals(message == null ? 1 : 2, told.size(), told.toString());
    if (message != null) {
      assertTrue(
          told.get(1).contains(message.strip().replace("NOEXEC", folder + "/noexec/")),
          told.toString());
      assertTrue(status == 0 || told.get(1).startsWith("initium"), told.toString());
      assertFalse(told.get(1).contains("Exception"), told.toString());
    }
  }

  private static final List<String> LOCALES =
      List.of("fa_IR", "ar_EG", "tr_TR", "de_DE", "th_TH", "bn_BD", "my_MM", "ne_NP", "mr_IN");

  private static Path made;

  /** Locales of the system, compiled once; it need not have any but C. */
  private static synchronized Path locales() throws IOException, InterruptedException {
    if (made == null) {
      Path all = Files.createDirectories(Path.of("target", "locales").toAbsolutePath());
      for (String locale : LOCALES) {
        Path one = all.resolve(locale + ".UTF-8");
        if (!Files.exists(one)) {
          Process process =
              new ProcessBuilder("localedef", "-i", locale, "-f", "UTF-8", one.toString())
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start();
          process.waitFor();
          assertTrue(Files.exists(one), "localedef and its sources are in the package 'locales'");
        }
      }
      made = all;
    }
    return made;
  }

  static Stream<String> environments() {
    return Stream.concat(
        Stream.of("LC_ALL=POSIX", "LANG=C LC_CTYPE=C"),
        LOCALES.stream().map(locale -> "LC_ALL=" + locale + ".UTF-8"));
  }

  /** By the launcher and without: names of tensors and files in letters that ASCII has not, too. */
  @ParameterizedTest
  @MethodSource("environments")
  void theEnvironmentsLocaleChangesNothing(String environment) throws Exception {
    String line =
        """
        export %s
        for each in I L; do
          $each init r.yaml --out $each.safetensors --max-shard-size 2kB >$each.out || exit 3
          ls | grep -E "^$each-[0-9a-f]{16}-000(0[1-9]|10)-of-00010.safetensors$" | wc -l | grep -qx 10 || exit 4
          grep -q ': 10 tensors, 3,000 parameters in 10 files, 12.0 kB in [0-9.]* s' $each.out || exit 5
          $each inspect $each.safetensors >$each.out && tail -n 1 $each.out | grep -qx '10 tensors, 3,000 elements, 12.0 kB' || exit 6
          grep -qE '^w0 +\\[30, 10\\]  f32 ( +-?[0-9]+[.][0-9e-]+){4} +0  ' $each.out || exit 7
          $each verify $each.safetensors r.yaml >/dev/null || exit 8
          $each finish d | grep -q ': 10 tensors, 2 files, 12.0 kB$' || exit 11
          $each bench --size 4096 | head -3 | tail -1 | grep -qE '^constant[(]1[)]: the limit +f32 +[0-9]+[.][0-9]+ +[0-9]+ +100%%$' || exit 12
        done
        L fill ones --shape 2 --name 'gewicht.ü' --out 'größe' >/dev/null && test -f 'größe' || exit 9
        L inspect 'größe' | grep -q '^gewicht.ü ' || exit 10
        """
            .formatted(environment);
    assertEquals(List.of("0"), shell(line));
  }

  /** Where the locale's digits are others, files, numbers and messages are the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar-EG-u-nu-arab",
        "fa-IR",
        "th-TH-u-nu-thai",
        "tr-TR",
        "de-DE",
        "hi-IN-u-nu-deva"
      })
  void localesChangeNothing(String locale) throws Exception {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(locale));
      String recipe = folder.resolve("r.yaml").toString();
      String out = folder.resolve("l.safetensors").toString();
      CommandLineRun run =
          CommandLineRun.of("init", recipe, "--out", out, "--max-shard-size", "2kB");
      assertEquals(0, run.status(), run.err());
      assertTrue(run.out().matches("(?s).*: 10 tensors, 3,000 parameters in 10 files, 12.0 kB.*"));
      assertEquals(0, CommandLineRun.of("inspect", out).status());
    } finally {
      Locale.setDefault(before);
    }
  }
}
