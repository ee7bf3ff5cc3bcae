// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import static org.initium.io.output.Checkpoints.A;
import static org.initium.io.output.Checkpoints.B;
import static org.initium.io.output.Checkpoints.C;
import static org.initium.io.output.Checkpoints.D;
import static org.initium.io.output.Checkpoints.assertHolds;
import static org.initium.io.output.Checkpoints.assertOnly;
import static org.initium.io.output.Checkpoints.content;
import static org.initium.io.output.Checkpoints.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
import org.initium.io.output.CheckpointWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CheckpointTest {
  @Test
  void oneFileHoldsWhatWasWritten(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    assertEquals(List.of(out), write(out, List.of(A, B, C, D), 1000));
    assertHolds(out, List.of(A, B, C, D));
    assertEquals(Map.of("format", "pt"), SafetensorsHeader.read(out).metadata());
    assertOnly(folder, "model.safetensors");
  }

  /** A segment of 2 GiB or more has no ByteBuffer of its size. */
  @Test
  void aTensorIsReadInPieces(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    write(out, List.of(A), 1000);
    try (Checkpoint checkpoint = Checkpoint.open(out)) {
      Checkpoint.Entry entry = checkpoint.entries().getFirst();
      byte[] whole = new byte[(int) entry.tensor().bytes()];
      checkpoint.read(entry, 0, MemorySegment.ofArray(whole));
      byte[] pieces = new byte[whole.length - 1];
      checkpoint.read(entry, 1, MemorySegment.ofArray(pieces), 3);
      assertArrayEquals(Arrays.copyOfRange(whole, 1, whole.length), pieces);
    }
  }

  @Test
  void severalFilesHaveHuggingFacesNamesAndAnIndex(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    List<Path> written = write(out, List.of(A, B, C, D), 32);
    assertOnly(
        folder,
        "model-GENERATION-00001-of-00002.safetensors",
        "model-GENERATION-00002-of-00002.safetensors",
        "model.safetensors.index.json");
    assertHolds(out, List.of(A, B, C, D));
    assertHolds(folder, List.of(A, B, C, D));
    assertHolds(folder.resolve("model.safetensors.index.json"), List.of(A, B, C, D));
    assertHolds(written.getFirst(), List.of(A));
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
        "over-GENERATION-00001-of-00002.safetensors",
        "over-GENERATION-00002-of-00002.safetensors",
        "over.safetensors.index.json");
  }

  @Test
  void nothingIsVisibleBeforeTheEndAndNothingStaysWithoutIt(@TempDir Path folder)
      throws IOException {
    Path out = folder.resolve("model.safetensors");
    Files.writeString(out, "the old file");
    try (CheckpointWriter writer = CheckpointWriter.create(out, List.of(A, B), Map.of(), 24)) {
      writer.write("a", 0, MemorySegment.ofArray(content(A)));
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
  void leftoversOfDeadRunsAreRecognizedByTheirLock(@TempDir Path folder) throws IOException {
    Path dead = leftover(folder, ".model.safetensors.host.1a2b.initium-tmp");
    leftover(folder, ".other.safetensors.host.1a2b.initium-tmp");
    Files.createDirectory(folder.resolve(".model.safetensors.host.3c.initium-tmp")); // no lock yet
    Path out = folder.resolve("model.safetensors");
    try (CheckpointWriter writer = CheckpointWriter.create(out, List.of(A), Map.of(), 1000)) {
      assertEquals(List.of(dead), CheckpointWriter.leftovers(out));
      assertEquals("a", writer.order().getFirst());
    }
  }

  private static Path leftover(Path folder, String name) throws IOException {
    Path work = Files.createDirectory(folder.resolve(name));
    Files.createFile(work.resolve("lock"));
    return work;
  }

  @Test
  void onlyTheNextBytesAreTaken(@TempDir Path folder) throws IOException {
    try (CheckpointWriter writer =
        CheckpointWriter.create(folder.resolve("m"), List.of(A, B), Map.of(), 1000)) {
      MemorySegment bytes = MemorySegment.ofArray(new byte[24]);
      assertThrows(IllegalArgumentException.class, () -> writer.write("a", 1, bytes));
      assertThrows(IllegalArgumentException.class, () -> writer.write("a", -1, bytes));
      assertThrows(IllegalArgumentException.class, () -> writer.write("b", 0, bytes));
      writer.write("a", 0, bytes.asSlice(0, 20));
      String message =
          assertThrows(IllegalArgumentException.class, () -> writer.write("a", 20, bytes))
              .getMessage();
      assertEquals(
          "24 bytes at 20 of tensor 'a' are not next: at most 4 at 20 of 'a' are", message);
      assertThrows(IllegalStateException.class, writer::finish);
    }
    assertOnly(folder);
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
  void metadataStandSorted() {
    Map<String, String> keys = new LinkedHashMap<>();
    List.of("z", "a", "format", "B").forEach(key -> keys.put(key, "1"));
    String text =
        new String(SafetensorsHeader.of(keys, List.of(A)).encode(), StandardCharsets.UTF_8);
    assertTrue(text.contains("{\"B\":\"1\",\"a\":\"1\",\"format\":\"1\",\"z\":\"1\"}"), text);
  }

  /** Names of 950 characters, of which a header takes 90,000 or so. */
  @Test
  void aHeaderThatReadersRefuseIsSpreadOverFiles() {
    String long950 = "x".repeat(940);
    List<TensorSpec> specs =
        IntStream.range(0, 100_000)
            .mapToObj(i -> new TensorSpec(long950 + i, Shape.of(1), DType.F32))
            .toList();
    CheckpointLayout layout = CheckpointLayout.of(specs, Map.of(), Long.MAX_VALUE);
    assertEquals(2, layout.files().size());
    for (SafetensorsHeader file : layout.files()) {
      assertTrue(file.encode().length - 8 <= SafetensorsHeader.MAX_BYTES);
    }
    TensorSpec spec = new TensorSpec("\u0001".repeat(17_000_000), Shape.of(1), DType.F32);
    assertThrows(
        IllegalArgumentException.class,
        () -> CheckpointLayout.of(List.of(spec), Map.of(), Long.MAX_VALUE));
  }

  /** What is estimated without writing it is never less than what is written. */
  @Property(tries = 200, seed = "20261128")
  void headersAreNotLongerThanEstimated(@ForAll("specs") List<TensorSpec> specs) {
    Map<String, String> metadata = Map.of("a\"\n", "\u00e9\ud83d\ude00");
    long most = HeaderSize.ofMetadata(metadata) + specs.stream().mapToLong(HeaderSize::of).sum();
    assertTrue(SafetensorsHeader.of(metadata, specs).encode().length <= most);
  }

  @Test
  void theRootIsNoFile() throws IOException {
    Path root = Path.of("/").toAbsolutePath().getRoot();
    assertThrows(InitiumException.class, () -> CheckpointWriter.leftovers(root));
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
}
