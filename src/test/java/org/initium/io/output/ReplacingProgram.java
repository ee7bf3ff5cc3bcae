// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.io.TensorSpec;
import org.initium.text.Text;

/**
 * Writes small models over each other, in a process that is to be killed: {@code OUT MODEL...}, one
 * after the other, or for ever if the last is {@code again}.
 */
final class ReplacingProgram {
  /** Models of one file and of several, all of whose bytes differ. */
  enum Model {
    ONE(1),
    OTHER_ONE(1),
    THREE(3),
    OTHER_THREE(3),
    TWO(2);

    private final int files;

    Model(int files) {
      this.files = files;
    }

    List<TensorSpec> specs() {
      return List.of(
          new TensorSpec("a", Shape.of(100), DType.F32),
          new TensorSpec("b", Shape.of(90), DType.F32),
          new TensorSpec("c", Shape.of(50), DType.F64));
    }

    byte[] content(String tensor) {
      TensorSpec spec =
          specs().stream().filter(s -> s.name().equals(tensor)).findFirst().orElseThrow();
      byte[] bytes = new byte[(int) spec.bytes()];
      new Random(31L * ordinal() + tensor.hashCode()).nextBytes(bytes);
      return bytes;
    }

    List<Path> write(Path out) throws IOException {
      long most = files == 1 ? Long.MAX_VALUE : files == 2 ? 800 : 1;
      try (CheckpointWriter writer =
          CheckpointWriter.create(out, specs(), Map.of("format", "pt"), most)) {
        for (String tensor : writer.order()) {
          writer.write(tensor, 0, MemorySegment.ofArray(content(tensor)));
        }
        return writer.finish();
      }
    }

    /** Whether a reader finds this model there, all of it. */
    boolean isAt(Path file) throws IOException {
      try (Checkpoint checkpoint = Checkpoint.open(file)) {
        Map<String, Checkpoint.Entry> entries = new HashMap<>();
        checkpoint.entries().forEach(entry -> entries.put(entry.tensor().name(), entry));
        boolean isEqual = entries.size() == specs().size();
        for (TensorSpec spec : specs()) {
          byte[] found = new byte[(int) spec.bytes()];
          checkpoint.read(entries.get(spec.name()), 0, MemorySegment.ofArray(found));
          isEqual &= Arrays.equals(found, content(spec.name()));
        }
        return isEqual;
      }
    }
  }

  private ReplacingProgram() {}

  public static void main(String[] arguments) {
    Path out = Path.of(arguments[0]);
    try {
      do {
        for (String name : List.of(arguments).subList(1, arguments.length)) {
          if (!name.equals("again")) {
            Model.valueOf(name).write(out);
          }
        }
      } while (arguments[arguments.length - 1].equals("again"));
    } catch (FileSystemException e) {
      System.out.println(Text.reason(out, e));
      System.exit(1);
    } catch (IOException | RuntimeException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }
}
