// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.cli.CommandLineRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Command lines in a folder that has the recipe r.yaml. */
abstract class OneRecipe {
  private final String recipe;

  @TempDir Path folder;

  OneRecipe(String recipe) {
    this.recipe = recipe;
  }

  @BeforeEach
  void writeRecipe() throws IOException {
    Files.writeString(folder.resolve("r.yaml"), recipe);
  }

  CommandLineRun run(String line) {
    return CommandLineRun.in(folder, line);
  }

  String ok(String line) {
    return run(line).ok();
  }
}
