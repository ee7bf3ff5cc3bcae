// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The GPT-2 recipe with torch-cpu equals, byte for byte, what src/test/python/torch_gpt2.py makes
 * in PyTorch 2.13.0; resources/golden/torch-2.13.0-gpt2.txt is what it printed.
 */
@Tag("slow")
class TorchRecipeTest {
  private static final long SEED = 1337;

  @Test
  void gpt2EqualsPyTorch() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/golden/torch-2.13.0-gpt2.txt")) {
      assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), digests());
    }
  }

  /** A line for each tensor: its name and the SHA-256 of its bytes. */
  static String digests() throws IOException {
    Plan plan = Recipe.plan(Path.of("examples/gpt2-124m.yaml"));
    Map<String, MessageDigest> digests = new LinkedHashMap<>();
    for (PlannedTensor tensor : plan.tensors()) {
      digests.put(tensor.name(), sha256());
    }
    new PlanFiller(Generator.torchCpu(SEED), Device.CPU)
        .fill(plan, (tensor, _, bytes) -> update(digests.get(tensor.name()), bytes));
    StringBuilder lines = new StringBuilder();
    digests.forEach(
        (name, digest) ->
            lines
                .append(name)
                .append(' ')
                .append(HexFormat.of().formatHex(digest.digest()))
                .append('\n'));
    return lines.toString();
  }

  private static void update(MessageDigest digest, MemorySegment bytes) {
    digest.update(bytes.asByteBuffer());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
