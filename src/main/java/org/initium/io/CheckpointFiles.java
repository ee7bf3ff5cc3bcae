package org.initium.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the tensors of a checkpoint are spread over files, as Hugging Face does it: in order, a new
 * file where the next tensor would pass the limit; {@code model-00001-of-00003.safetensors} and
 * {@code model.safetensors.index.json} for {@code model.safetensors}, one file where all fit.
 */
final class CheckpointFiles {
  static final String EXTENSION = ".safetensors";
  static final String INDEX = ".index.json";

  private CheckpointFiles() {}

  /** The tensors of each file. */
  static List<List<TensorSpec>> split(List<TensorSpec> specs, long maxBytes) {
    List<List<TensorSpec>> files = new ArrayList<>();
    List<TensorSpec> current = new ArrayList<>();
    long bytes = 0;
    for (TensorSpec spec : specs) {
      if (!current.isEmpty() && bytes + spec.bytes() > maxBytes) {
        files.add(current);
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(spec);
      bytes += spec.bytes();
    }
    files.add(current);
    return files;
  }

  /** The name of file {@code index}, from 0, of {@code count}. */
  static Path name(Path out, int index, int count) {
    return count == 1
        ? out
        : out.resolveSibling("%s-%05d-of-%05d%s".formatted(stem(out), index + 1, count, EXTENSION));
  }

  static Path index(Path out) {
    return out.resolveSibling(stem(out) + EXTENSION + INDEX);
  }

  static String stem(Path out) {
    String name = out.getFileName().toString();
    return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
  }
}
