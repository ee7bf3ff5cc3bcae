// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands, their options and help, as picocli sees them; what they do is elsewhere. */
@Command(
    name = "initium",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false, // see addCommands
    synopsisSubcommandLabel = "COMMAND",
    header = "Initial weights of neural networks: torch.nn.init for the JVM.%n",
    footer = Help.PROGRAM)
final class Commands {
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
    CommandLine line = new CommandLine(new Commands());
    line.getCommandSpec().version(Version.line(arguments));
    addCommands(line, arguments.length == 0 ? "" : arguments[0]);
    convert(line, DType.class, DType::parse);
    convert(line, Device.class, Device::parse);
    convert(line, Devices.class, Devices::parse);
    convert(line, Shape.class, Shape::parse);
    convert(line, RowShard.class, RowShard::parse);
    convert(line, Glob.class, Glob::parse);
    convert(line, Init.class, Init::parse);
    convert(line, Path.class, FileName::parse);
    line.setParameterExceptionHandler(Commands::usageError);
    line.setExecutionExceptionHandler((e, command, parsed) -> Failure.of(thrown(e)).report(e));
    line.setExpandAtFiles(false); // a name that begins with @ is a file's, not a list of options
    line.setUsageHelpWidth(100); // to ask a terminal for its width would start a process
    line.setUsageHelpLongOptionsMaxWidth(28);
    return line.execute(arguments);
  }

  /**
   * The one command that is asked for, or all where none is known by that name, so that help and
   * errors can tell them: to read the annotations of all of them takes 0.2 s.
   */
  private static void addCommands(CommandLine line, String asked) {
    List<Method> all = CommandLine.getCommandMethods(Commands.class, null);
    List<Method> one = all.stream().filter(method -> method.getName().equals(asked)).toList();
    for (Method method : one.isEmpty() ? all : one) {
      line.addSubcommand(method.getName(), method);
    }
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().usageMessage().synopsisHeading("%nUsage: ");
    }
    if (line.getSubcommands().containsKey("fill")) {
      listInitializers(line.getSubcommands().get("fill"));
    }
  }

  /** Below the help of a command: every initializer, with its arguments and their defaults. */
  private static void listInitializers(CommandLine command) {
    List<String> footer =
        new ArrayList<>(List.of(command.getCommandSpec().usageMessage().footer()));
    footer.add("%nThe initializers (docs/initializers.md has their formulas):");
    Init.signatures().forEach(signature -> footer.add("  " + signature));
    command.getCommandSpec().usageMessage().footer(footer.toArray(String[]::new));
  }

  private static <T> void convert(CommandLine line, Class<T> type, Function<String, T> parse) {
    line.registerConverter(type, text -> checked(parse, text));
  }

  private static <T> T checked(Function<String, T> parse, String text) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** What a command threw: picocli wraps errors, such as that memory is used up. */
  private static Throwable thrown(Exception e) {
    return e instanceof CommandLine.ExecutionException && e.getCause() != null ? e.getCause() : e;
  }

  private static int usageError(ParameterException e, String[] arguments) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = Failure.line(e.getMessage().lines().findFirst().orElse("bad usage"));
    String remedy = Text.message("%s; see %s --help", suggestion(e), name);
    System.err.println(name + ": " + message + remedy);
    return Failure.BAD_INPUT;
  }

  private static String suggestion(ParameterException e) {
    return e instanceof UnmatchedArgumentException unmatched
            && !unmatched.getSuggestions().isEmpty()
        ? "; did you mean " + unmatched.getSuggestions().getFirst() + "?"
        : "";
  }

  static final class SeedConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return checked(Seed::parse, text);
    }
  }

  static final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return checked(ByteSize::parse, text);
    }
  }

  /** Where the values come from. */
  static final class SourceOptions {
    @Option(
        names = "--seed",
        paramLabel = "N",
        converter = SeedConverter.class,
        description =
            "Seed of the generator, 64 bits, decimal or 0x hex. Default: 0; for verify, the file's"
                + " own.")
    private Optional<Long> seed;

    @Option(
        names = "--generator",
        paramLabel = "NAME",
        description = { // lines that fit: picocli breaks behind ( and :
          "philox (default): numbers of the seed and the tensor's name alone.",
          "torch-cpu: PyTorch's on the CPU after torch.manual_seed(N).",
          "torch-cpu(version=2.10): those of PyTorch 2.4 to 2.10.",
          "torch-cuda: PyTorch's on the GPU that computes.",
          "torch-cuda(gpu=A100), torch-cuda(sms=108, threads=2048): on that.",
          "With all but philox, tensors draw one after the other."
        })
    private Optional<String> generator;

    @Option(
        names = "--device",
        paramLabel = "DEVICE",
        defaultValue = "cpu",
        description = {
          "What computes the values: cpu (default), cuda, cuda:1, or several",
          "that share the work: cuda:0,cuda:1. The bits do not depend on it,",
          "orthogonal aside."
        })
    private List<Devices> devices;

    @Option(
        names = "--chunk",
        paramLabel = "SIZE",
        converter = SizeConverter.class,
        defaultValue = "64MiB",
        description = Help.CHUNK)
    private long chunkBytes;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads that share a fill on the CPU (default: one a processor).")
    private Optional<Integer> threads;

    ModelCommands.Source source() {
      return new ModelCommands.Source(
          seed, generator, Devices.all(devices), chunkBytes, threads.orElse(Integer.MAX_VALUE));
    }
  }

  /** How a recipe is followed. */
  static final class RecipeOptions {
    @Option(names = "--dtype", paramLabel = "TYPE", description = Help.DTYPE)
    private Optional<DType> dtype;

    @Option(names = "--set", paramLabel = "VAR=VALUE", description = Help.SET)
    private Map<String, String> set = Map.of();

    @Option(
        names = "--config",
        paramLabel = "JSON",
        description =
            "A model's config.json: its numbers, words and lists are variables of the recipe.")
    private Optional<Path> config;

    @Option(
        names = "--from",
        paramLabel = "FILE",
        description = "Keep what this file, index or folder has, as the recipe's 'keep' says.")
    private Optional<Path> from;

    ModelCommands.Reading reading(Path recipe) {
      return ModelCommands.Reading.of(recipe, set, dtype, config, from);
    }
  }

  @Command(
      mixinStandardHelpOptions = true,
      sortOptions = false,
      header = "Write a whole model's initial weights.",
      description = {Help.RECIPE},
      footer = Help.INIT)
  int init(
      @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.") Path recipe,
      @Option(names = "--out", paramLabel = "FILE", description = Help.OUT) Optional<Path> out,
      @Option(names = "--plan", description = Help.PLAN) boolean plan,
      @Mixin RecipeOptions reading,
      @Mixin SourceOptions source,
      @Option(names = "--shard", paramLabel = "I/N", defaultValue = "0/1", description = Help.SHARD)
          RowShard shard,
      @Option(
              names = "--part",
              paramLabel = "I/N",
              description =
                  "Only every N-th of several files, from the I-th on (I from 0): for 'finish'.")
          Optional<RowShard> part,
      @Option(
              names = "--max-shard-size",
              paramLabel = "SIZE",
              converter = SizeConverter.class,
              description = Help.SHARD_SIZE)
          Optional<Long> maxShardBytes)
      throws IOException {
    ModelCommands.Reading read = reading.reading(recipe);
    ModelCommands.Share share = new ModelCommands.Share(shard, part, maxShardBytes);
    return plan
        ? new ModelCommands().plan(read, out, source.source(), shard)
        : new ModelCommands().init(read, out, source.source(), share);
  }

  @Command(
      mixinStandardHelpOptions = true,
      header = "Check that a folder has all files of a model that several runs made.",
      description = "%nThose of 'init --part', whose index it writes, or of 'init --shard'.")
  int finish(@Parameters(paramLabel = "FOLDER", description = "Where they are.") Path folder)
      throws IOException {
    return new SharedFolder(System.out).finish(folder);
  }

  @Command(
      mixinStandardHelpOptions = true,
      sortOptions = false,
      header = "Write one tensor.",
      footer = Help.FILL)
  int fill(
      @Parameters(paramLabel = "EXPRESSION", description = "The initializer.") Init init,
      @Option(
              names = "--shape",
              required = true,
              paramLabel = "SIZES",
              description = "Sizes of the dimensions: 512,256.")
          Shape shape,
      @Option(
              names = "--dtype",
              paramLabel = "TYPE",
              defaultValue = "f32",
              description = Help.FILL_DTYPE)
          DType dtype,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "FILE",
              description = "The safetensors file to write.")
          Path out,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              defaultValue = "weight",
              description = "The tensor's name in the file. Default: weight.")
          String name,
      @Mixin SourceOptions source,
      @Option(
              names = "--offset",
              paramLabel = "WORDS",
              defaultValue = "0",
              description = "Where in the generator's stream to begin, in 32-bit words.")
          long offset)
      throws IOException {
    return new ModelCommands().fill(init, name, shape, dtype, out, source.source(), offset);
  }

  @Command(
      mixinStandardHelpOptions = true,
      header = "Show what a safetensors file or a checkpoint's index holds.",
      description =
          "%nA line for each tensor: mean, std, min, max, zeros and a histogram from min to max.")
  int inspect(
      @Parameters(
              paramLabel = "FILE",
              description = "model.safetensors, model.safetensors.index.json, or their folder.")
          Path file,
      @Option(
              names = "--match",
              paramLabel = "PATTERN",
              description = "Only tensors whose names match: 'h.0.*'.")
          Optional<Glob> match,
      @Option(
              names = "--plot",
              paramLabel = "PNG",
              description = "Write histograms, a panel for each kind of tensor.")
          Optional<Path> plot,
      @Option(
              names = "--json",
              description = "Print JSON, a line for the metadata and one for each tensor.")
          boolean json)
      throws IOException {
    return new InspectCommand().run(file, match, plot, json);
  }

  @Command(
      mixinStandardHelpOptions = true,
      sortOptions = false,
      header = "Recompute a recipe's values and compare a file with them, bit for bit.",
      description = {Help.VERIFY})
  int verify(
      @Parameters(
              paramLabel = "MODEL",
              description = "The safetensors file, its index or their folder.")
          Path file,
      @Parameters(paramLabel = "RECIPE", description = "The recipe it was made from.") Path recipe,
      @Mixin RecipeOptions reading,
      @Mixin SourceOptions source,
      @Option(names = "--shard", paramLabel = "I/N", description = "The rows that the file has.")
          Optional<RowShard> shard)
      throws IOException {
    return new ModelCommands().verify(file, reading.reading(recipe), source.source(), shard);
  }

  @Command(
      mixinStandardHelpOptions = true,
      header = "List the devices that can be filled on, and why others cannot.")
  int devices() {
    return new DeviceCommands().devices();
  }

  @Command(
      mixinStandardHelpOptions = true,
      header = "Measure how fast fills are on this machine.",
      description =
          "%nEach fill's rate beside that of a constant fill, which is what the memory takes.")
  int bench(
      @Option(
              names = "--device",
              paramLabel = "DEVICE",
              defaultValue = "cpu",
              description = "What is measured: cpu (default), cuda or cuda:1.")
          Device device,
      @Option(
              names = "--size",
              paramLabel = "SIZE",
              defaultValue = "256MiB",
              converter = SizeConverter.class,
              description = "Size of the tensors; much more than the caches. Default: 256MiB.")
          long bytes,
      @Option(
              names = "--repeats",
              paramLabel = "N",
              defaultValue = "9",
              description = "How often each fill is timed; the median counts. Default: 9.")
          int repeats) {
    return new BenchCommand().run(device, bytes, repeats);
  }
}
