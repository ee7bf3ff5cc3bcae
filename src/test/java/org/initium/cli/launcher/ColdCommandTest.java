// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.initium.cli.Main;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Java makes anew in each process, whatever the launcher's cache of classes holds: by the
 * JVM's own log of classes. A switch over classes, a comparator made of functions or a record as a
 * key on the way of a usual model shows here (decision 0030).
 */
@Tag("slow")
class ColdCommandTest {
  private static final List<String> MADE_ANEW =
      List.of("$$TypeSwitch", "java.lang.runtime.", "java.util.Comparator$$Lambda");

  @Test
  void aUsualModelHasNothingMadeAnew(@TempDir Path folder) throws Exception {
    List<String> lines =
        new JavaProcess(Main.class)
            .flags("-Xlog:class+load:stdout")
            .run(
                "init",
                Path.of("examples/gpt2-124m.yaml").toAbsolutePath().toString(),
                "--set",
                "layers=2",
                "--set",
                "width=64",
                "--set",
                "vocabulary=1000",
                "--out",
                folder.resolve("x.safetensors").toString())
            .lines()
            .toList();
    assertTrue(lines.stream().anyMatch(line -> line.contains(Main.class.getName())));
    assertEquals(
        List.of(),
        lines.stream().filter(line -> MADE_ANEW.stream().anyMatch(line::contains)).toList());
  }
}
