// SPDX-License-Identifier: Apache-2.0
package org.initium.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.initium.InitiumException;
import org.initium.blas.OpenBlas.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names of org.bytedeco:openblas 0.3.31-1.5.13, listed from its jars; Linux's is loaded. */
class OpenBlasTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64, libopenblas.so.0, 4",
    "Linux, aarch64, linux-arm64, libopenblas.so.0, 3",
    "Mac OS X, aarch64, macosx-arm64, libopenblas.0.dylib, 4",
    "Windows 11, amd64, windows-x86_64, libopenblas.dll, 1"
  })
  void platforms(String system, String processor, String name, String library, int files) {
    Platform platform = Platform.of(system, processor);
    assertEquals(name, platform.name());
    assertEquals(library, platform.files().getLast());
    assertEquals(files, platform.files().size());
  }

  /** Each time: a static initializer would say so once, and then NoClassDefFoundError. */
  @Test
  void whatToAddWhereThereIsNone() {
    for (int i = 0; i < 2; i++) {
      assertEquals(
          "orthogonal needs OpenBLAS (org.bytedeco:openblas with classifier macosx-arm64): add"
              + " org.initium:initium-openblas (its type is pom) to the dependencies",
          assertThrows(
                  InitiumException.class, () -> OpenBlas.load(Platform.of("Mac OS X", "aarch64")))
              .getMessage());
    }
  }
}
