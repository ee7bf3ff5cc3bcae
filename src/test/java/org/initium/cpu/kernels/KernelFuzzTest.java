// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.StringJoiner;
import org.initium.kernel.KernelSet;
import org.initium.testing.Levels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters at random: each level of the native kernels writes what the reference writes. */
@Tag("slow")
class KernelFuzzTest {
  private static final int CASES = 4000;
  private static final int VECTORS = 700;
  private static final Path FILE = Path.of("kernels/cpu/test/vectors.txt");

  @ParameterizedTest
  @ValueSource(strings = {"v2", "v3", "v4", "v4-bf16", "auto"})
  void nativeIsReference(String level) {
    assumeTrue(Levels.has(level), () -> "this processor has no " + level + ": it was not run");
    KernelSet kernels = NativeKernels.of(level);
    Random random = new Random(12);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(KernelCase.BYTES, 64);
      MemorySegment got = arena.allocate(KernelCase.BYTES, 64);
      for (int i = 0; i < CASES; i++) {
        KernelCase each = KernelCase.random(random);
        each.expected(expected);
        each.run(kernels, got);
        assertEquals(-1, expected.mismatch(got), "case " + i + ": " + each);
      }
    }
  }

  /** What kernels/cpu/test/run.sh compares other processors with is what the reference writes. */
  @Test
  void theVectorsAreTheReferences() throws IOException {
    StringBuilder text = new StringBuilder();
    Random random = new Random(3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(KernelCase.BYTES, 64);
      for (int i = 0; i < VECTORS; i++) {
        KernelCase each = KernelCase.random(random);
        each.expected(memory);
        StringJoiner line = new StringJoiner(" ", each.kernel() + " ", "\n");
        for (long field :
            new long[] {
              each.begin(), each.end(), each.flags(), each.places(), KernelCase.hash(memory)
            }) {
          line.add(Long.toHexString(field));
        }
        for (long field : each.parameters()) {
          line.add(Long.toHexString(field));
        }
        text.append(line);
      }
    }
    if (Boolean.getBoolean("initium.vectors.write")) {
      Files.writeString(FILE, text);
    }
    assertEquals(text.toString(), Files.readString(FILE), "write it with initium.vectors.write");
  }
}
