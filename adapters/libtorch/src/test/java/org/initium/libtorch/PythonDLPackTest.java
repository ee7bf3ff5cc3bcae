// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/**
 * DLPack between us and Python's torch and NumPy, in one process: {@link Embedded} is a JVM with
 * the Python of INITIUM_TORCH_PYTHON in it, which must have both.
 */
class PythonDLPackTest {
  private static final String PYTHON = System.getenv("INITIUM_TORCH_PYTHON");

  @Test
  void torchAndNumPyShareOurMemoryAndWeTheirs() throws Exception {
    if (PYTHON == null && "true".equals(System.getenv("CI"))) {
      fail("INITIUM_TORCH_PYTHON is not set");
    }
    assumeTrue(PYTHON != null, "INITIUM_TORCH_PYTHON is not set: DLPack was not tried with Python");
    String output = OwnProcess.output(Embedded.class, PYTHON);
    assertEquals("all is well\n", output.substring(output.lastIndexOf("all is")), output);
  }
}
