// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.initium.cli.Main;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java that denies native access: one line, with the flag that allows it. */
@Tag("slow")
class NativeAccessTest {
  @Test
  void isDenied(@TempDir Path folder) throws Exception {
    Process process =
        JavaProcess.java(
                "--illegal-native-access=deny",
                Main.class.getName(),
                "fill",
                "normal()",
                "--shape",
                "4",
                "--out",
                folder.resolve("x.safetensors").toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(
        "initium: Java denies native memory to Initium; start it with"
            + " --enable-native-access=ALL-UNNAMED\n",
        text.replace("\r\n", "\n"));
    assertEquals(1, process.waitFor());
  }
}
