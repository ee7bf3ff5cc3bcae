// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.initium.io.Checkpoint;

/** The bytes of a file's tensors by their names. */
public final class TensorBytes {
  private TensorBytes() {}

  public static Map<String, byte[]> of(Path folder, String file) throws IOException {
    Map<String, byte[]> tensors = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(file));
        Arena arena = Arena.ofConfined()) {
      for (Checkpoint.Entry entry : checkpoint.entries()) {
        MemorySegment bytes = arena.allocate(entry.tensor().bytes());
        checkpoint.read(entry, 0, bytes);
        tensors.put(entry.tensor().name(), bytes.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return tensors;
  }
}
