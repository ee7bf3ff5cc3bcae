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

  /** The option --chunk. */
  static final String CHUNK =
      "What is computed at a time (default: 64MiB); two of these are in the memory of each"
          + " device, and a GPU has tables of at most 16 MiB beside them. An orthogonal"
          + " matrix is computed in one piece, however large; of a stack of them each on its"
          + " own. With PyTorch's numbers, what is neither uniform, normal nor constant is"
          + " computed in one piece too.";

  /** The option --dtype of a recipe. */
  static final String DTYPE =
      "f32, f64, f16, bf16, f8_e4m3fn or f8_e5m2 for every tensor but those of whole numbers,"
          + " whatever the recipe says.";

  /** The option --set. */
  static final String SET =
      "Another value for a variable of the recipe's 'vars', a number, word or list: --set"
          + " layers=24.";

  /** What init does. */
  static final String RECIPE =
      "%nReads a recipe: a list of tensors (or a template that has them) and rules that say how"
          + " tensors whose names match are initialized. Writes safetensors, in a stream: memory"
          + " use does not grow with the model. The file appears under its name when it is whole.";

  /** The option --shard of init. */
  static final String SHARD =
      "Only a share of every tensor, 0 <= I < N: what the recipe's 'shards' say, else"
          + " the rows floor(I*rows/N) to floor((I+1)*rows/N) - 1. The N files' rows"
          + " one behind the other are the whole.";

  /** The option --max-shard-size. */
  static final String SHARD_SIZE =
      "Above this, several files model-HASH-00001-of-0000N.safetensors and an index, as"
          + " Hugging Face has it. Default: 5GB; a shard in a folder is one file.";

  /** The option --dtype of fill. */
  static final String FILL_DTYPE =
      "f32 (default), f64, f16, bf16, f8_e4m3fn, f8_e5m2; or of whole numbers: i8, i16,"
          + " i32, i64, u8, bool.";

  /** What verify does. */
  static final String VERIFY =
      "%nNames the first tensor and index that differ (status 1). Seed, generator and shard are"
          + " the ones that the file's header names, unless given.";

  /** The option --out of init. */
  static final String OUT =
      "The safetensors file to write; for --shard and --part also a folder that is"
          + " there, in which the file gets its usual name.";

  /** The option --plan. */
  static final String PLAN =
      "Print what the recipe comes to, a line for each tensor, and write nothing: leave"
          + " --out away.";

  private Help() {}
}
