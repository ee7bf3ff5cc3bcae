// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

/** What stands below the options in the help of commands. */
final class Help {
  static final String PROGRAM =
      "%nExit status: 0 done, 1 failed, 2 bad usage, recipe or file.%n%n"
          + "A model's weights, then a look at them:%n"
          + "  initium init examples/gpt2-124m.yaml --out gpt2.safetensors%n"
          + "  initium inspect gpt2.safetensors --plot gpt2.png";

  static final String INIT =
      "%nA recipe (docs/recipes.md teaches them):%n"
          + "  vars: {layers: 12, width: 768}%n"
          + "  tensors:%n"
          + "    \"h.{0..layers-1}.mlp.c_proj.weight\": {shape: [4*width, width], dtype: bf16}%n"
          + "  rules:                                # the first that matches counts%n"
          + "    - {match: \"*\", init: normal(std=0.02/sqrt(2*layers))}";

  static final String FILL =
      "%nExpressions have torch.nn.init's names, arguments and defaults, and arithmetic:%n"
          + "  initium fill 'kaiming_uniform(a=sqrt(5))' --shape 512,256 --out w.safetensors%n"
          + "  initium fill 'trunc_normal(std=0.02)' --shape 768 --dtype bf16 --out b.safetensors";

  private Help() {}
}
