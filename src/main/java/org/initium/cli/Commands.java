// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.cli.console.ByteSize;
import org.initium.cli.console.Failure;
import org.initium.cli.console.Seed;
import org.initium.initializer.Init;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RowShard;
import org.initium.text.Text;

/** The commands, their options and help; what they do is elsewhere. */
final class Commands {
  private static final List<String> NAMES =
      List.of("bench", "devices", "fill", "finish", "init", "inspect", "verify");

  private Commands() {}

  static int run(String... arguments) {
    for (String argument : arguments) {
      if (argument.indexOf('\uFFFD') >= 0) { // two such names may be one, which is overwritten
        Exception bytes =
            new IllegalArgumentException(
                Text.message("'%s' has bytes that are not UTF-8, as names must be", argument));
        return Failure.of(bytes).report(bytes);
      }
    }
    Syntax program =
        Syntax.program("initium", "Initial weights of neural networks: torch.nn.init for the JVM.")
            .version(Version.line(arguments))
            .footer(Help.PROGRAM);
    String asked = arguments.length == 0 ? "" : arguments[0];
    boolean isVersion = arguments.length == 1 && Version.OPTIONS.contains(asked);
    for (String name :
        NAMES.contains(asked) ? List.of(asked) : isVersion ? List.<String>of() : NAMES) {
      program.with(command(name));
    }
    return program.run(arguments);
  }

  private static Syntax command(String name) {
    return switch (name) {
      case "bench" -> bench();
      case "devices" -> devices();
      case "fill" -> fill();
      case "finish" -> finish();
      case "init" -> init();
      case "inspect" -> inspect();
      case "verify" -> verify();
      default -> throw new AssertionError(name);
    };
  }

  /** Where the values come from. */
  private static Supplier<ModelCommands.Source> source(Syntax line) {
    Supplier<Optional<Long>> seed =
        line.option(
            "--seed",
            "N",
            Seed::parse,
            "Seed of the generator, 64 bits, decimal or 0x hex. Default: 0; for verify, the"
                + " file's own.");
    Supplier<Optional<String>> generator =
        line.option(
            "--generator",
            "NAME",
            name -> name,
            "philox (default): numbers of the seed and the tensor's name alone.",
            "torch-cpu: PyTorch's on the CPU after torch.manual_seed(N).",
            "torch-cpu(version=2.10): those of PyTorch 2.4 to 2.10.",
            "torch-cuda: PyTorch's on the GPU that computes.",
            "torch-cuda(gpu=A100), torch-cuda(sms=108, threads=2048): on that.",
            "With all but philox, tensors draw one after the other.");
    Supplier<List<Devices>> devices =
        line.list(
            "--device",
            "DEVICE",
            Devices::parse,
            "What computes the values: cpu (default), cuda, cuda:1, or several",
            "that share the work: cuda:0,cuda:1. The bits do not depend on it,",
            "orthogonal aside.");
    Supplier<Long> chunk = line.usual("--chunk", "SIZE", ByteSize::parse, "64MiB", Help.CHUNK);
    Supplier<Optional<Integer>> threads =
        line.option(
            "--threads",
            "N",
            Syntax::count,
            "Threads that share a fill on the CPU (default: one a processor).");
    return () ->
        new ModelCommands.Source(
            seed.get(),
            generator.get(),
            Devices.all(devices.get()),
            chunk.get(),
            threads.get().orElse(Integer.MAX_VALUE));
  }

  /** How a recipe is followed. */
  private static Function<Path, ModelCommands.Reading> reading(Syntax line) {
    Supplier<Optional<DType>> dtype = line.option("--dtype", "TYPE", DType::parse, Help.DTYPE);
    Supplier<Map<String, String>> set = line.map("--set", "VAR=VALUE", Help.SET);
    Supplier<Optional<Path>> config =
        line.option(
            "--config",
            "JSON",
            FileName::parse,
            "A model's config.json: its numbers, words and lists are variables of the recipe.");
    Supplier<Optional<Path>> from =
        line.option(
            "--from",
            "FILE",
            FileName::parse,
            "Keep what this file, index or folder has, as the recipe's 'keep' says.");
    return recipe ->
        new ModelCommands.Reading(recipe, set.get(), dtype.get(), config.get(), from.get());
  }

  private static Syntax init() {
    Syntax line =
        new Syntax("init", "Write a whole model's initial weights.", Help.RECIPE)
            .inOrder()
            .footer(Help.INIT);
    Supplier<Path> recipe =
        line.word(
            0,
            "RECIPE",
            FileName::parse,
            "The recipe, a YAML file; - reads it from standard input.");
    Supplier<Optional<Path>> out = line.option("--out", "FILE", FileName::output, Help.OUT);
    Supplier<Boolean> plan = line.flag("--plan", Help.PLAN);
    Function<Path, ModelCommands.Reading> reading = reading(line);
    Supplier<ModelCommands.Source> source = source(line);
    Supplier<RowShard> shard = line.usual("--shard", "I/N", RowShard::parse, "0/1", Help.SHARD);
    Supplier<Optional<RowShard>> part =
        line.option(
            "--part",
            "I/N",
            RowShard::parse,
            "Only every N-th of several files, from the I-th on (I from 0): for 'finish'.");
    Supplier<Optional<Long>> most =
        line.option("--max-shard-size", "SIZE", ByteSize::parse, Help.SHARD_SIZE);
    return line.does(
        () -> {
          ModelCommands.Reading read = reading.apply(recipe.get());
          if (plan.get()) {
            return new ModelCommands().plan(read, out.get(), source.get(), shard.get());
          }
          ModelCommands.Share share = new ModelCommands.Share(shard.get(), part.get(), most.get());
          return new ModelCommands().init(read, out.get(), source.get(), share);
        });
  }

  private static Syntax finish() {
    Syntax line =
        new Syntax(
            "finish",
            "Check that a folder has all files of a model that several runs made.",
            "%nThose of 'init --part', whose index it writes, or of 'init --shard'.");
    Supplier<Path> folder = line.word(0, "FOLDER", FileName::parse, "Where they are.");
    return line.does(() -> new SharedFolder(System.out).finish(folder.get()));
  }

  private static Syntax fill() {
    Syntax line = new Syntax("fill", "Write one tensor.").inOrder().footer(fillFooter());
    Supplier<Init> init = line.word(0, "EXPRESSION", Init::parse, "The initializer.");
    Supplier<Shape> shape =
        line.required("--shape", "SIZES", Shape::parse, "Sizes of the dimensions: 512,256.");
    Supplier<DType> dtype = line.usual("--dtype", "TYPE", DType::parse, "f32", Help.FILL_DTYPE);
    Supplier<Path> out =
        line.required("--out", "FILE", FileName::output, "The safetensors file to write.");
    Supplier<String> name =
        line.usual(
            "--name",
            "NAME",
            text -> text,
            "weight",
            "The tensor's name in the file. Default: weight.");
    Supplier<ModelCommands.Source> source = source(line);
    Supplier<Long> offset =
        line.usual(
            "--offset",
            "WORDS",
            Syntax::whole,
            "0",
            "Where in the generator's stream to begin, in 32-bit words.");
    return line.does(
        () ->
            new ModelCommands()
                .fill(
                    init.get(),
                    name.get(),
                    shape.get(),
                    dtype.get(),
                    out.get(),
                    source.get(),
                    offset.get()));
  }

  /** Every initializer, with its arguments and their defaults. */
  private static String[] fillFooter() {
    List<String> footer = new ArrayList<>(List.of(Help.FILL));
    footer.add("%nThe initializers (docs/initializers.md has their formulas):");
    Init.signatures().forEach(signature -> footer.add("  " + signature));
    return footer.toArray(String[]::new);
  }

  private static Syntax inspect() {
    Syntax line =
        new Syntax(
            "inspect",
            "Show what a safetensors file or a checkpoint's index holds.",
            "%nA line for each tensor: mean, std, min, max, zeros and a histogram from min to"
                + " max.");
    Supplier<Path> file =
        line.word(
            0,
            "FILE",
            FileName::parse,
            "model.safetensors, model.safetensors.index.json, or their folder.");
    Supplier<Optional<Glob>> match =
        line.option("--match", "PATTERN", Glob::parse, "Only tensors whose names match: 'h.0.*'.");
    Supplier<Optional<Path>> plot =
        line.option(
            "--plot",
            "PNG",
            FileName::output,
            "Write histograms, a panel for each kind of tensor.");
    Supplier<Boolean> json =
        line.flag("--json", "Print JSON, a line for the metadata and one for each tensor.");
    return line.does(
        () -> new InspectCommand().run(file.get(), match.get(), plot.get(), json.get()));
  }

  private static Syntax verify() {
    Syntax line =
        new Syntax(
                "verify",
                "Recompute a recipe's values and compare a file with them, bit for bit.",
                Help.VERIFY)
            .inOrder();
    Supplier<Path> file =
        line.word(
            0,
            "MODEL",
            FileName::parse,
            "The safetensors file, its index or their folder; or a folder of shards.");
    Supplier<Path> recipe =
        line.word(1, "RECIPE", FileName::parse, "The recipe it was made from; - as for init.");
    Function<Path, ModelCommands.Reading> reading = reading(line);
    Supplier<ModelCommands.Source> source = source(line);
    Supplier<Optional<RowShard>> shard =
        line.option("--shard", "I/N", RowShard::parse, "The rows that the file has.");
    return line.does(
        () ->
            new ModelCommands()
                .verify(file.get(), reading.apply(recipe.get()), source.get(), shard.get()));
  }

  private static Syntax devices() {
    return new Syntax("devices", "List the devices that can be filled on, and why others cannot.")
        .does(Devices::print);
  }

  private static Syntax bench() {
    Syntax line =
        new Syntax(
            "bench",
            "Measure how fast fills are on this machine.",
            "%nEach fill's rate beside that of a constant fill, which is what the memory takes.");
    Supplier<Device> device =
        line.usual(
            "--device",
            "DEVICE",
            Devices::device,
            "cpu",
            "What is measured: cpu (default), cuda or cuda:1.");
    Supplier<Long> bytes =
        line.usual(
            "--size",
            "SIZE",
            ByteSize::parse,
            "256MiB",
            "Size of the tensors; much more than the caches. Default: 256MiB.");
    Supplier<Integer> repeats =
        line.usual(
            "--repeats",
            "N",
            Syntax::count,
            "9",
            "How often each fill is timed, 1 to 1000000; the median counts. Default: 9.");
    return line.does(() -> new BenchCommand().run(device.get(), bytes.get(), repeats.get()));
  }
}
