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

/** What the README and docs/java.md show is compiled and run. */
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
    String printed = printed(block(readme, "java"), folder);
    assertTrue(readme.contains("It prints `" + printed.strip() + "`"), printed);
  }

  @Test
  void theProgramsOfThePageForJavaPrintWhatIsSaid(@TempDir Path folder)
      throws IOException, InterruptedException {
    Matcher programs =
        Pattern.compile("```java\n(.*?)```\n\n```text\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/java.md")));
    int count = 0;
    for (; programs.find(); count++) {
      assertEquals(programs.group(2), printed(programs.group(1), folder));
    }
    assertEquals(3, count);
  }

  private static String printed(String source, Path folder)
      throws IOException, InterruptedException {
    Path program = Files.writeString(folder.resolve("Program.java"), source);
    Process run =
        JavaProcess.java("--enable-native-access=ALL-UNNAMED", program.toString())
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, run.waitFor());
    return printed;
  }

  @Test
  void theRecipeCanBeFollowed(@TempDir Path folder) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"), block(Files.readString(Path.of("README.md")), "yaml"));
    assertEquals(25, Recipe.plan(recipe).tensors().size());
  }
}
