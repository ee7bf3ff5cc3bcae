package org.initium.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.initium.DType;
import org.initium.InitiumException;
import org.initium.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final TensorSpec A = new TensorSpec("a", Shape.of(2, 3), DType.F32);
  private static final TensorSpec B = new TensorSpec("b", Shape.of(5), DType.BF16);
  private static final TensorSpec C = new TensorSpec("c", Shape.of(), DType.F64);
  private static final TensorSpec D = new TensorSpec("d", Shape.of(0, 7), DType.F16);

  /** The bytes of a tensor, which depend on its name. */
  private static byte[] content(TensorSpec spec) {
    byte[] bytes = new byte[(int) spec.bytes()];
    new Random(spec.name().hashCode()).nextBytes(bytes);
    return bytes;
  }

  private static List<Path> write(Path out, List<TensorSpec> specs, long most) throws IOException {
    try (CheckpointWriter writer =
            CheckpointWriter.create(out, specs, Map.of("format", "pt"), most);
        Arena arena = Arena.ofConfined()) {
      for (TensorSpec spec : specs) {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, content(spec));
        long half = bytes.byteSize() / 2;
        writer.write(spec.name(), half, bytes.asSlice(half));
        writer.write(spec.name(), 0, bytes.asSlice(0, half));
      }
      return writer.finish();
    }
  }

  private static void assertHolds(Path file, List<TensorSpec> specs) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      Map<String, Checkpoint.Entry> entries = new HashMap<>();
      checkpoint.entries().forEach(entry -> entries.put(entry.tensor().name(), entry));
      assertEquals(specs.size(), entries.size());
      for (TensorSpec spec : specs) {
        Checkpoint.Entry entry = entries.get(spec.name());
        assertEquals(spec.shape(), entry.tensor().shape());
        assertEquals(spec.dtype(), entry.tensor().type().dtype().orElseThrow());
        byte[] bytes = new byte[(int) spec.bytes()];
        checkpoint.read(entry, 0, MemorySegment.ofArray(bytes));
        assertArrayEquals(content(spec), bytes, spec.name());
        long start = entry.dataStart() + entry.tensor().begin();
        assertEquals(0, start % spec.dtype().bytes(), spec.name() + " is aligned for its type");
      }
    }
  }

  @Test
  void oneFileHoldsWhatWasWritten(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    assertEquals(List.of(out), write(out, List.of(A, B, C, D), 1000));
    assertHolds(out, List.of(A, B, C, D));
    assertEquals(Map.of("format", "pt"), SafetensorsHeader.read(out).metadata());
    assertOnly(folder, "model.safetensors");
  }

  @Test
  void severalFilesHaveHuggingFacesNamesAndAnIndex(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    write(out, List.of(A, B, C, D), 32);
    assertOnly(
        folder,
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json");
    assertHolds(out, List.of(A, B, C, D));
    assertHolds(folder, List.of(A, B, C, D));
    assertHolds(folder.resolve("model.safetensors.index.json"), List.of(A, B, C, D));
    assertHolds(folder.resolve("model-00001-of-00002.safetensors"), List.of(A));
    assertTrue(
        Files.readString(folder.resolve("model.safetensors.index.json"))
            .contains("\"total_size\" : 42"));
  }

  @Test
  void aTensorLargerThanTheLimitHasAFileOfItsOwn(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    assertEquals(4, write(out, List.of(B, A, C), 10).size());
    assertHolds(out, List.of(A, B, C));
  }

  @Test
  void aFileThatIsJustFullIsNotTooLarge(@TempDir Path folder) throws IOException {
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("a", Shape.of(40), DType.F32),
            new TensorSpec("b", Shape.of(60), DType.F32));
    write(folder.resolve("fits.safetensors"), specs, 400);
    assertOnly(folder, "fits.safetensors");
    write(folder.resolve("over.safetensors"), specs, 399);
    assertOnly(
        folder,
        "fits.safetensors",
        "over-00001-of-00002.safetensors",
        "over-00002-of-00002.safetensors",
        "over.safetensors.index.json");
  }

  @Test
  void nothingIsVisibleBeforeTheEndAndNothingStaysWithoutIt(@TempDir Path folder)
      throws IOException {
    Path out = folder.resolve("model.safetensors");
    Files.writeString(out, "the old file");
    try (CheckpointWriter writer = CheckpointWriter.create(out, List.of(A, B), Map.of(), 24)) {
      writer.write("b", 0, MemorySegment.ofArray(content(B)));
      assertEquals("the old file", Files.readString(out));
      try (Stream<Path> files = Files.list(folder)) {
        assertTrue(
            files
                .map(file -> file.getFileName().toString())
                .allMatch(
                    name -> name.equals("model.safetensors") || name.endsWith(".initium-tmp")));
      }
      assertEquals(List.of(), CheckpointWriter.leftovers(out), "this process is alive");
    }
    assertOnly(folder, "model.safetensors");
    assertEquals("the old file", Files.readString(out));
  }

  @Test
  void leftoversOfDeadRunsAreRecognised(@TempDir Path folder) throws IOException {
    Path dead = Files.createFile(folder.resolve(".model.safetensors.999999999.initium-tmp"));
    Path shard =
        Files.createFile(folder.resolve(".model-00001-of-00002.safetensors.999999999.initium-tmp"));
    Files.createFile(folder.resolve(".other.safetensors.999999999.initium-tmp"));
    Files.createFile(
        folder.resolve(".model.safetensors." + ProcessHandle.current().pid() + ".initium-tmp"));
    assertEquals(
        List.of(shard, dead).stream().sorted().toList(),
        CheckpointWriter.leftovers(folder.resolve("model.safetensors")).stream().sorted().toList());
  }

  @Test
  void writesOutsideATensorAreRefused(@TempDir Path folder) throws IOException {
    try (CheckpointWriter writer =
        CheckpointWriter.create(folder.resolve("m"), List.of(A), Map.of(), 1000)) {
      MemorySegment bytes = MemorySegment.ofArray(new byte[24]);
      assertThrows(IllegalArgumentException.class, () -> writer.write("a", 1, bytes));
      assertThrows(IllegalArgumentException.class, () -> writer.write("a", -1, bytes));
    }
  }

  @Test
  void aMissingFolderOrFileIsNamed(@TempDir Path folder) {
    Path nowhere = folder.resolve("no/model.safetensors");
    String message =
        assertThrows(
                InitiumException.class,
                () -> CheckpointWriter.create(nowhere, List.of(A), Map.of(), 1000))
            .getMessage();
    assertTrue(message.contains("no folder " + folder.resolve("no")), message);
    assertThrows(NoSuchFileException.class, () -> Checkpoint.open(nowhere));
  }

  @Test
  void severalFilesReplaceOneOfTheSameName(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    write(out, List.of(A), 1000);
    write(out, List.of(B, C), 1);
    assertHolds(out, List.of(B, C));
    write(out, List.of(A), 1000);
    assertHolds(out, List.of(A));
  }

  @Test
  void theRootHasNoLeftovers() throws IOException {
    Path root = Path.of("/").toAbsolutePath().getRoot();
    assertEquals(List.of(), CheckpointWriter.leftovers(root));
    assertThrows(
        InitiumException.class, () -> CheckpointWriter.create(root, List.of(A), Map.of(), 1000));
  }

  @Test
  void namesAndSizesThatAFileCannotHaveAreRefused() {
    for (String name : List.of("", "__metadata__")) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new TensorSpec(name, Shape.of(3), DType.F32))
              .getMessage();
      assertEquals("'" + name + "' cannot be the name of a tensor", message);
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new TensorSpec("a", Shape.of(1L << 62), DType.F32))
            .getMessage();
    assertEquals("shape [4611686018427387904] in f32 has more than 2^63 - 1 bits", message);
  }

  @Test
  void moreThanTheDiskHoldsIsRefusedAtOnce(@TempDir Path folder) {
    TensorSpec huge = new TensorSpec("huge", Shape.of(1L << 50), DType.F32);
    String message =
        assertThrows(
                InitiumException.class,
                () ->
                    CheckpointWriter.create(
                        folder.resolve("m"), List.of(huge), Map.of(), Long.MAX_VALUE))
            .getMessage();
    assertTrue(message.contains("it takes 4503599627370496 bytes, the disk has "), message);
  }

  @Provide
  Arbitrary<List<TensorSpec>> specs() {
    Arbitrary<Shape> shapes =
        Arbitraries.longs()
            .between(0, 6)
            .list()
            .ofMaxSize(4)
            .map(sizes -> Shape.of(sizes.stream().mapToLong(n -> n).toArray()));
    Arbitrary<String> names =
        Arbitraries.strings().ofMinLength(1).ofMaxLength(12).filter(CheckpointTest::isText);
    return Combinators.combine(names, shapes, Arbitraries.of(DType.class))
        .as(TensorSpec::new)
        .list()
        .ofMaxSize(12)
        .uniqueElements(TensorSpec::name);
  }

  @Property(tries = 60, seed = "20261123")
  void whatIsWrittenIsReadWhateverTheNamesAndShapes(
      @ForAll("specs") List<TensorSpec> specs, @ForAll @IntRange(min = 1, max = 3000) int most)
      throws IOException {
    Path folder = Files.createTempDirectory("checkpoint");
    try {
      Path out = folder.resolve("model.safetensors");
      write(out, specs, most);
      assertHolds(out, specs);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : new ArrayList<>(files.toList())) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** Names are UTF-8 in the file; half a surrogate pair is no character. */
  private static boolean isText(String name) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  @Test
  void halfASurrogatePairIsNoName() {
    for (String name : List.of("w\ud83d", "\ude00w", "a\ud83db")) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new TensorSpec(name, Shape.of(1), DType.F32))
              .getMessage();
      assertTrue(message.contains("half of a surrogate pair"), message);
    }
    assertEquals("w\ud83d\ude00", new TensorSpec("w\ud83d\ude00", Shape.of(1), DType.F32).name());
  }

  private static void assertOnly(Path folder, String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of(names), files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
