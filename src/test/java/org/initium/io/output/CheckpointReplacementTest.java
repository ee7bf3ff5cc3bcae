// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import static org.initium.io.output.Checkpoints.A;
import static org.initium.io.output.Checkpoints.B;
import static org.initium.io.output.Checkpoints.C;
import static org.initium.io.output.Checkpoints.assertHolds;
import static org.initium.io.output.Checkpoints.assertOnly;
import static org.initium.io.output.Checkpoints.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.initium.io.Checkpoint;
import org.initium.io.CheckpointLayout;
import org.initium.io.MalformedFileException;
import org.initium.io.SafetensorsHeader;
import org.initium.io.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint takes the place of another: whole, and whoever else writes there. */
class CheckpointReplacementTest {
  @Test
  void whatIsReplacedGoesWhole(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    write(out, List.of(A), 1000);
    write(out, List.of(B, C, A), 1);
    assertHolds(out, List.of(B, C, A));
    write(out, List.of(B, C), 1);
    assertHolds(out, List.of(B, C));
    assertOnly(
        folder,
        "model-GENERATION-00001-of-00002.safetensors",
        "model-GENERATION-00002-of-00002.safetensors",
        "model.safetensors.index.json");
    write(out, List.of(A), 1000);
    assertHolds(out, List.of(A));
    assertOnly(folder, "model.safetensors");
  }

  /** Of another writer too, by the old index; but nothing that is not of this checkpoint. */
  @Test
  void shardsOfAnotherWriterGoAndStrangersStay(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    for (String name :
        List.of(
            "model-00001-of-00001.safetensors",
            "model-0123456789abcdef-00001-of-00007.safetensors", // of a killed run: in no index
            "model-00007-of-00007.safetensors", // in no index, and not ours
            "model-b-00001-of-00001.safetensors",
            "other-0123456789abcdef-00001-of-00001.safetensors",
            "shared.safetensors")) {
      Files.createFile(folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        """
        {"weight_map": {"a": "model-00001-of-00001.safetensors", "b": "shared.safetensors"}}\
        """);
    write(out, List.of(A), 1000);
    assertOnly(
        folder,
        "model-00007-of-00007.safetensors",
        "model-b-00001-of-00001.safetensors",
        "model.safetensors",
        "other-GENERATION-00001-of-00001.safetensors",
        "shared.safetensors");
  }

  @Test
  void equalModelsAreEqualFilesUnderEqualNames(@TempDir Path folder) throws IOException {
    Path one = Files.createDirectory(folder.resolve("one")).resolve("model.safetensors");
    Path two = Files.createDirectory(folder.resolve("two")).resolve("model.safetensors");
    write(two, List.of(B), 1); // an older model
    List<Path> first = write(one, List.of(A, B), 1);
    List<Path> second = write(two, List.of(A, B), 1);
    for (int f = 0; f < first.size(); f++) {
      assertEquals(first.get(f).getFileName(), second.get(f).getFileName());
      assertEquals(-1, Files.mismatch(first.get(f), second.get(f)));
    }
  }

  @Test
  void filesOfTwoModelsUnderOneIndexAreRefused(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    List<Path> files = write(out, List.of(A, B), 1);
    byte[] old = Files.readAllBytes(files.getFirst());
    replace(files.getFirst(), Map.of("format", "pt", "initium.seed", "7"), List.of(A));
    assertMalformed(out, "are of different models: their metadata differ in 'initium.seed'");
    replace(files.getFirst(), Map.of("format", "pt"), List.of(A, C));
    assertMalformed(out, "which has a tensor 'c' that the index has not there");
    Files.write(files.getFirst(), old);
    assertHolds(out, List.of(A, B));
  }

  private static void replace(Path file, Map<String, String> metadata, List<TensorSpec> specs)
      throws IOException {
    SafetensorsHeader header =
        CheckpointLayout.of(specs, metadata, Long.MAX_VALUE).files().getFirst();
    byte[] text = header.encode();
    Files.write(file, Arrays.copyOf(text, text.length + (int) header.dataBytes()));
  }

  private static void assertMalformed(Path file, String message) {
    String told =
        assertThrows(MalformedFileException.class, () -> Checkpoint.open(file)).getMessage();
    assertTrue(told.contains(message), told);
  }

  @Test
  void aFileKeepsItsMode(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("model.safetensors");
    write(out, List.of(A), 1000);
    for (String mode : List.of("rw-------", "rw-rw-r--", "rw-r-----")) {
      Files.setPosixFilePermissions(out, PosixFilePermissions.fromString(mode));
      write(out, List.of(B), 1000);
      assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
    }
    for (Path file : write(out, List.of(A, B), 1)) {
      assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void linksAreFollowedAlsoToWhatIsNotThere(@TempDir Path folder) throws IOException {
    Path real = Files.createDirectory(folder.resolve("real")).resolve("r.safetensors");
    Path link =
        Files.createSymbolicLink(folder.resolve("link"), Path.of("real/../real/r.safetensors"));
    Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
    for (List<TensorSpec> specs : List.of(List.of(A), List.of(B))) {
      assertEquals(List.of(chain), write(chain, specs, 1000).stream().map(f -> chain).toList());
      assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(chain));
      assertHolds(real, specs);
    }
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertThrows(FileSystemLoopException.class, () -> write(loop, List.of(A), 1000));
  }

  /** Links that someone planted under the names of shards and of the commit's lock. */
  @Test
  void plantedLinksAreNotWrittenThrough(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "the victim's");
    Path out = Files.createDirectory(folder.resolve("shared")).resolve("model.safetensors");
    List<Path> names = write(out, List.of(A, B), 1);
    for (Path name : names.subList(0, 2)) {
      Files.delete(name);
      Files.createSymbolicLink(name, secret);
    }
    write(out, List.of(A, B), 1);
    assertHolds(out, List.of(A, B));
    Path lock = out.resolveSibling(".model.safetensors.commit.initium-tmp");
    Files.createSymbolicLink(lock, secret);
    assertThrows(IOException.class, () -> write(out, List.of(B, A), 1));
    assertHolds(out, List.of(A, B));
    assertEquals("the victim's", Files.readString(secret));
  }

  /** As containers do, whose process ids are the same: all at once, one of them last. */
  @Test
  void runsOfOneNameAtOnceDoNotMix(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("model.safetensors");
    List<List<TensorSpec>> models = List.of(List.of(A, B, C), List.of(B, A), List.of(C, B));
    for (int round = 0; round < 20; round++) {
      List<Callable<List<Path>>> runs = new ArrayList<>();
      for (List<TensorSpec> model : models) {
        runs.add(() -> write(out, model, 1));
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(runs.size())) {
        for (Future<List<Path>> run : threads.invokeAll(runs)) {
          run.get();
        }
      }
      try (Checkpoint checkpoint = Checkpoint.open(out)) {
        int found = checkpoint.entries().size();
        String first = checkpoint.entries().getFirst().tensor().name();
        assertHolds(
            out,
            models.stream()
                .filter(m -> m.size() == found && m.getFirst().name().equals(first))
                .findFirst()
                .orElseThrow());
        assertOnly(
            folder,
            Stream.concat(
                    IntStream.rangeClosed(1, found)
                        .mapToObj(
                            i ->
                                "model-GENERATION-0000%d-of-0000%d.safetensors"
                                    .formatted(i, found)),
                    Stream.of("model.safetensors.index.json"))
                .toArray(String[]::new));
      }
    }
  }
}
