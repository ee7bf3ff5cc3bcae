// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.cli.console.ByteSize;
import org.initium.cli.console.Failure;
import org.initium.cli.console.Progress;
import org.initium.cli.console.Seed;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Init;
import org.initium.initializer.Nonlinearity;
import org.initium.io.Checkpoint;
import org.initium.io.ModelConfig;
import org.initium.io.output.CheckpointWriter;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.recipe.Recipe;
import org.initium.recipe.folder.CheckpointFolder;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.model.ModelVerifier;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlanTable;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/** {@code init}, {@code fill} and {@code verify}. */
final class ModelCommands {
  private static final String PREFIX = Provenance.PREFIX;
  private static final String FROM = PREFIX + "from";

  private final PrintStream out = System.out;

  /**
   * What a run draws from, and where it computes.
   *
   * @param seed of the generator; for verify, the file's own if absent
   * @param generator its name, as {@link Generator#parse} reads it; the file's own if absent
   * @param devices what computes, in turns
   * @param chunkBytes what is computed at a time
   * @param threads how many of the host's are at a fill at most
   */
  record Source(
      Optional<Long> seed,
      Optional<String> generator,
      List<Device> devices,
      long chunkBytes,
      int threads) {
    Source {
      ArgumentChecks.that(threads >= 1, "--threads", threads, "1 or more");
    }

    private PlanFiller filler(Generator drawn, GeneratorSharing sharing, RowShard shard) {
      return new PlanFiller(drawn, sharing, devices, shard, chunkBytes, threads);
    }

    private PlanFiller filler(Generator drawn, RowShard shard) {
      return filler(drawn, GeneratorSharing.of(drawn), shard);
    }

    /**
     * The generator at its start, of the name and seed that a file records where none are given.
     */
    private Generator open(Map<String, String> recorded) {
      String name = generator.orElse(recorded.getOrDefault(PREFIX + "generator", "philox"));
      String seedText = recorded.getOrDefault(PREFIX + "seed", "0");
      return Generator.parse(name, seed.orElseGet(() -> Seed.parse(seedText)));
    }

    /** The generator behind so many words, which PyTorch's have no way to start at. */
    private Generator open(long offset) {
      Generator opened = open(Map.of());
      if (offset == 0) {
        return opened;
      }
      if (opened instanceof PhiloxGenerator) {
        return Generator.philox(opened.seed(), offset);
      }
      throw new IllegalArgumentException(
          Text.format(
              "offset = %d is not allowed with generator %s; it is for philox, leave it out",
              offset, generator.orElseThrow()));
    }
  }

  /**
   * How a recipe is followed.
   *
   * @param set texts of values, by the variables' names
   * @param config the model's config.json
   * @param from the checkpoint of which is kept what the recipe says
   */
  record Reading(
      Path recipe,
      Map<String, String> set,
      Optional<DType> dtype,
      Optional<Path> config,
      Optional<Path> from) {
    private Map<String, Object> values() {
      Map<String, Object> values = new LinkedHashMap<>();
      set.forEach((name, text) -> values.put(name, value(name, text)));
      return values;
    }

    private static Object value(String name, String text) {
      try {
        return Arithmetic.valueOrWord(text, Map.of(), Nonlinearity.CalculateGain.BY_NAME);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(Text.message("--set %s: %s", name, e.getMessage()), e);
      }
    }

    /** What is done with a plan, as long as what it keeps is open. */
    @FunctionalInterface
    private interface Use {
      int of(Plan plan, OverwriteGuard guard) throws IOException;
    }

    private int use(Use use) throws IOException {
      Map<String, Object> values = values();
      Optional<ModelConfig> model = Optional.empty();
      if (config.isPresent()) {
        model = Optional.of(ModelConfig.read(config.get()));
      }
      try (Checkpoint kept = from.isPresent() ? Checkpoint.open(from.get()) : null) {
        Optional<Checkpoint> file = Optional.ofNullable(kept);
        Plan plan = plan(new Recipe.Reading(values, dtype, model, file));
        plan.notes().forEach(note -> System.err.println("note: " + note));
        return use.of(plan, guard(plan, file));
      }
    }

    /** By the usual sign, a recipe is read from standard input. */
    private Plan plan(Recipe.Reading reading) throws IOException {
      return isStandardInput()
          ? Recipe.plan(System.in, recipeName(), reading)
          : Recipe.plan(recipe, reading);
    }

    private boolean isStandardInput() {
      return recipe.toString().equals("-");
    }

    private String recipeName() {
      return isStandardInput() ? "<stdin>" : recipe.toString();
    }

    private OverwriteGuard guard(Plan plan, Optional<Checkpoint> kept) {
      List<Path> files = new ArrayList<>(plan.inputs().stream().map(Path::of).toList());
      if (!isStandardInput()) {
        files.add(recipe);
      }
      config.ifPresent(files::add);
      kept.ifPresent(checkpoint -> files.addAll(OverwriteGuard.of(checkpoint)));
      return new OverwriteGuard(files);
    }
  }

  /**
   * How a model is shared out.
   *
   * @param shard the share of each tensor that is made
   * @param part the share of the files that is made, if not all of them
   * @param maxFileBytes where a further file begins, if not where it is usual
   */
  record Share(RowShard shard, Optional<RowShard> part, Optional<Long> maxFileBytes) {
    /** As Hugging Face has it. */
    static final long MAX_FILE_BYTES = 5_000_000_000L;

    private boolean isOfSeveral() {
      return part.isPresent() || shard.count() > 1;
    }
  }

  int init(Reading reading, Optional<Path> file, Source source, Share share) throws IOException {
    if (file.isEmpty()) {
      throw new IllegalArgumentException(
          "Missing required option: '--out=FILE', or --plan to see what would be written");
    }
    if (share.isOfSeveral()) {
      SharedFolder.checkIsThere(file.get());
    }
    PlanFiller filler = source.filler(source.open(Map.of()), share.shard());
    Map<String, String> metadata = metadata(source);
    reading.from().ifPresent(path -> metadata.put(FROM, path.toAbsolutePath().getFileName() + ""));
    if (share.part().isPresent()) {
      SharedFolder folder = new SharedFolder(out);
      return reading.use(
          (plan, guard) -> folder.part(plan, guard, file.get(), filler, metadata, share));
    }
    boolean isInFolder = share.shard().count() > 1 && Files.isDirectory(file.get());
    Path name = isInFolder ? file.get().resolve(share.shard().fileName()) : file.get();
    long most = share.maxFileBytes().orElse(isInFolder ? Long.MAX_VALUE : Share.MAX_FILE_BYTES);
    return reading.use(
        (plan, guard) -> {
          guard.keepFromCheckpoint(name);
          write(plan, filler, name, metadata, most);
          return 0;
        });
  }

  /** Prints what a recipe comes to. */
  int plan(Reading reading, Optional<Path> file, Source source, RowShard shard) throws IOException {
    if (file.isPresent()) {
      throw new IllegalArgumentException("--plan writes nothing: leave --out away");
    }
    GeneratorSharing drawing = GeneratorSharing.of(source.open(Map.of()));
    return reading.use(
        (plan, _) -> {
          PlanTable.lines(plan, drawing, shard).forEach(out::println);
          out.println(size(plan, shard) + ", " + ByteSize.format(plan.bytes(shard)));
          return 0;
        });
  }

  int fill(Init init, String name, Shape shape, DType dtype, Path file, Source source, long offset)
      throws IOException {
    init.fill(shape).check(shape, dtype);
    Plan plan = Plan.of(new PlannedTensor(name, shape, dtype, init));
    Map<String, String> metadata = metadata(source);
    metadata.put(PREFIX + "init", init.toString());
    metadata.put(PREFIX + "offset", Long.toString(offset));
    PlanFiller filler = source.filler(source.open(offset), GeneratorSharing.IN_ORDER, RowShard.ALL);
    write(plan, filler, file, metadata, Long.MAX_VALUE);
    return 0;
  }

  private static Map<String, String> metadata(Source source) {
    return Provenance.of(source.generator().orElse("philox"), source.seed().orElse(0L));
  }

  private void write(
      Plan plan, PlanFiller filler, Path file, Map<String, String> metadata, long maxShardBytes)
      throws IOException {
    SharedFolder.noteLeftovers(file);
    long bytes = plan.bytes(filler.shard());
    List<Path> files;
    String summary;
    try (Progress progress = new Progress("writing", bytes)) {
      files = ModelWriter.write(plan, filler, file, metadata, maxShardBytes, progress);
      summary = progress.summary();
    }
    PrintStream told = CheckpointWriter.isStream(file) ? System.err : out; // out may be the file
    told.println(
        Text.message(
            "wrote %s: %s%s, %s in %s",
            files.getLast(),
            size(plan, filler.shard()),
            files.size() == 1 ? "" : " in " + Text.count(files.size() - 1, "file"),
            ByteSize.format(bytes),
            summary));
  }

  /** How much of a plan is in files: not what is drawn and thrown away, nor a tie's second name. */
  private static String size(Plan plan, RowShard shard) {
    return Text.count(plan.written().size(), "tensor")
        + ", "
        + Text.count(plan.parameters(shard), "parameter");
  }

  int verify(Path file, Reading reading, Source source, Optional<RowShard> shard)
      throws IOException {
    Optional<Path> folder = CheckpointFolder.ofShards(file);
    if (folder.isPresent()) {
      if (shard.isPresent()) {
        throw new IllegalArgumentException(
            Text.message(
                "--shard is for one file, and %s has several, which say what they are; leave it"
                    + " out",
                file));
      }
      return reading.use((plan, _) -> verifyShards(folder.get(), reading, plan, source));
    }
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      RowShard rows = shard.orElseGet(() -> RowShard.parse(recordedShard(checkpoint)));
      PlanFiller filler = filler(checkpoint, reading, source, rows);
      return reading.use((plan, _) -> verify(checkpoint, reading, plan, filler));
    }
  }

  private static String recordedShard(Checkpoint checkpoint) {
    return checkpoint.metadata().getOrDefault(PREFIX + "shard", "0/1");
  }

  /** What makes the values that a file should have. */
  private static PlanFiller filler(
      Checkpoint checkpoint, Reading reading, Source source, RowShard rows) {
    Map<String, String> recorded = checkpoint.metadata();
    if (recorded.containsKey(FROM) && reading.from().isEmpty()) {
      throw new IllegalArgumentException(
          Text.message(
              "%s was made with what was kept of %s; give that with --from",
              checkpoint.path(), recorded.get(FROM)));
    }
    return source.filler(source.open(recorded), rows);
  }

  private int verify(Checkpoint checkpoint, Reading reading, Plan plan, PlanFiller filler)
      throws IOException {
    Optional<String> difference;
    String summary;
    try (Progress progress = new Progress("verifying", plan.bytes(filler.shard()))) {
      difference = ModelVerifier.verify(checkpoint, plan, filler, progress);
      summary = progress.summary();
    }
    if (difference.isPresent()) {
      System.err.println("initium: " + checkpoint.path() + ": " + difference.get());
      return Failure.FAILED;
    }
    tellEqual(checkpoint.path(), reading, filler, plan, "", summary);
    return 0;
  }

  /** Each shard by itself, whatever the others are. */
  private int verifyShards(Path folder, Reading reading, Plan plan, Source source)
      throws IOException {
    Map<RowShard, List<Path>> shards = CheckpointFolder.shards(folder);
    long bytes = shards.keySet().stream().mapToLong(plan::bytes).sum();
    List<String> differences = new ArrayList<>();
    PlanFiller filler = null;
    String summary;
    try (Progress progress = new Progress("verifying", bytes)) {
      for (Map.Entry<RowShard, List<Path>> shard : shards.entrySet()) {
        try (Checkpoint files = Checkpoint.open(shard.getValue())) {
          String what =
              shard.getValue().size() == 1
                  ? files.path().toString()
                  : Text.message("%s: shard %s", folder, shard.getKey());
          filler = filler(files, reading, source, shard.getKey());
          ModelVerifier.verify(files, plan, filler, progress)
              .ifPresent(difference -> differences.add(what + ": " + difference));
        }
      }
      summary = progress.summary();
    }
    if (!differences.isEmpty()) {
      differences.forEach(difference -> System.err.println("initium: " + difference));
      return Failure.FAILED;
    }
    String in = " in " + Text.count(shards.size(), "shard");
    tellEqual(folder, reading, filler, plan, in, summary);
    return 0;
  }

  private void tellEqual(
      Path what, Reading reading, PlanFiller filler, Plan plan, String in, String summary) {
    out.println(
        Text.message(
            "%s is what %s gives with %s: all bits of %s%s equal, in %s",
            what,
            reading.recipeName(),
            filler.generator(),
            Text.count(plan.written().size(), "tensor"),
            in,
            summary));
  }
}
