// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.recipe.Recipe;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is compiled and run. */
class ReadmeTest {
  private static String block(String readme, String language) {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(block.find(), "a block of " + language);
    return block.group(1);
  }

  @Test
  void theProgramPrintsWhatIsSaid(@TempDir Path folder) throws IOException, InterruptedException {
    String readme = Files.readString(Path.of("README.md"));
    Path program = Files.writeString(folder.resolve("Hello.java"), block(readme, "java"));
    Process run =
        JavaProcess.java("--enable-native-access=ALL-UNNAMED", program.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, run.waitFor());
    assertTrue(readme.contains("It prints `" + printed.strip() + "`"), printed);
  }

  @Test
  void theRecipeCanBeFollowed(@TempDir Path folder) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"), block(Files.readString(Path.of("README.md")), "yaml"));
    assertEquals(25, Recipe.plan(recipe).tensors().size());
  }
}
