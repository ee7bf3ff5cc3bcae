// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.io.TensorSpec;

/** Checkpoints whose bytes depend on the tensors' names. */
public final class Checkpoints {
  public static final TensorSpec A = new TensorSpec("a", Shape.of(2, 3), DType.F32);
  public static final TensorSpec B = new TensorSpec("b", Shape.of(5), DType.BF16);
  public static final TensorSpec C = new TensorSpec("c", Shape.of(), DType.F64);
  public static final TensorSpec D = new TensorSpec("d", Shape.of(0, 7), DType.F16);

  /** The bytes of a tensor, which depend on its name. */
  public static byte[] content(TensorSpec spec) {
    byte[] bytes = new byte[(int) spec.bytes()];
    new Random(spec.name().hashCode()).nextBytes(bytes);
    return bytes;
  }

  public static List<Path> write(Path out, List<TensorSpec> specs, long most) throws IOException {
    try (CheckpointWriter writer =
            CheckpointWriter.create(out, specs, Map.of("format", "pt"), most);
        Arena arena = Arena.ofConfined()) {
      Map<String, TensorSpec> named = new HashMap<>();
      specs.forEach(spec -> named.put(spec.name(), spec));
      for (String name : writer.order()) {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, content(named.get(name)));
        long half = bytes.byteSize() / 2;
        writer.write(name, 0, bytes.asSlice(0, half));
        writer.write(name, half, bytes.asSlice(half));
      }
      return writer.finish();
    }
  }

  public static void assertHolds(Path file, List<TensorSpec> specs) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      Map<String, Checkpoint.Entry> entries = new HashMap<>();
      checkpoint.entries().forEach(entry -> entries.put(entry.tensor().name(), entry));
      assertEquals(specs.size(), entries.size());
      for (TensorSpec spec : specs) {
        Checkpoint.Entry entry = entries.get(spec.name());
        assertEquals(spec.shape(), entry.tensor().shape());
        assertEquals(spec.type(), entry.tensor().type());
        byte[] bytes = new byte[(int) spec.bytes()];
        checkpoint.read(entry, 0, MemorySegment.ofArray(bytes));
        assertArrayEquals(content(spec), bytes, spec.name());
        long start = entry.dataStart() + entry.tensor().begin();
        assertEquals(0, start % (spec.type().bits() / 8), spec.name() + " is aligned for its type");
      }
    }
  }

  public static void assertOnly(Path folder, String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of(names),
          files
              .map(file -> file.getFileName().toString())
              .map(name -> name.replaceFirst("-[0-9a-f]{16}-", "-GENERATION-"))
              .sorted()
              .toList());
    }
  }
}
