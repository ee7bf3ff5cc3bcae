// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.initium.DType;
import org.initium.InitiumException;
import org.initium.cli.console.ByteSize;
import org.initium.cli.console.Seed;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Nonlinearity;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.PieceWriter.Receipt;
import org.initium.recipe.plan.Plan;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command for spark-submit; its words mean what they mean for {@code initium init}. */
@Command(
    name = "spark-submit initium-spark-all.jar",
    description = "Writes a model of a recipe by the executors of Spark, a file in each task.",
    sortOptions = false)
public final class SparkCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int BAD_INPUT = 2;
  private static final String DEFAULT_SIZE = "5GB";

  @Parameters(
      paramLabel = "RECIPE",
      description = "The recipe: a path, or a URL of a file system that Hadoop knows.")
  private String recipe;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the files go: hdfs://..., s3a://..., file:///...")
  private String folder;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of the generator. Default: 0.")
  private String seed = "0";

  @Option(
      names = "--generator",
      paramLabel = "NAME",
      description = "philox (default), torch-cpu or torch-cuda(...).")
  private String generator = "philox";

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "f32, f64, f16, bf16, f8_e4m3fn or f8_e5m2 for every tensor but those of whole numbers.")
  private String dtype;

  @Option(
      names = "--set",
      paramLabel = "VAR=VALUE",
      description = "Another value for a variable of the recipe: --set layers=24.")
  private Map<String, String> set = Map.of();

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      description = "Files of whole tensors, of up to that size. Default: " + DEFAULT_SIZE + ".")
  private Optional<String> maxShardSize = Optional.empty();

  @Option(
      names = "--shards",
      paramLabel = "N",
      description = "In its place: N files, of a share of the rows of each tensor.")
  private Optional<Integer> shards = Optional.empty();

  @Option(
      names = "--verify",
      description = "Writes nothing: computes the model again and compares the files with it.")
  private boolean verify;

  @Option(names = "--help", usageHelp = true, description = "Prints this.")
  private boolean help;

  /** The command; ends with status 0, with 1 if it failed, with 2 for bad usage or recipe. */
  public static void main(String... arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new SparkCommand())
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((e, _) -> report(e, BAD_INPUT))
        .setExecutionExceptionHandler((e, _, _) -> report(e, status(e)))
        .execute(arguments);
  }

  private static int status(Exception error) {
    return switch (error) {
      case IllegalArgumentException _, InitiumException _, FileNotFoundException _ -> BAD_INPUT;
      default -> FAILED;
    };
  }

  /** One line; Spark's messages have stack traces of tasks behind their first. */
  private static int report(Exception error, int status) {
    String message = error instanceof FileNotFoundException ? "no file: " : "";
    message += error.getMessage() == null ? error.toString() : error.getMessage();
    System.err.println("initium: " + message.strip().lines().findFirst().orElse(""));
    return status;
  }

  @Override
  public Integer call() throws IOException {
    Source source = new Source(generator, Seed.parse(seed));
    FileLayout layout = layout();
    Recipe.Reading reading = reading();
    try (SparkSession session = SparkSession.builder().appName("initium " + recipe).getOrCreate()) {
      Plan plan = Recipe.parse(read(session), recipe, reading);
      plan.notes().forEach(note -> System.err.println("note: " + note));
      SparkInit job = new SparkInit(session, plan, source, layout, folder);
      return verify ? verify(job) : write(job);
    }
  }

  private FileLayout layout() {
    if (shards.isPresent() && maxShardSize.isPresent()) {
      throw new IllegalArgumentException(
          "--shards and --max-shard-size exclude each other: a shard is one file");
    }
    return shards.isPresent()
        ? FileLayout.rows(shards.get())
        : FileLayout.files(ByteSize.parse(maxShardSize.orElse(DEFAULT_SIZE)));
  }

  private int write(SparkInit job) throws IOException {
    List<Receipt> files = job.run();
    long bytes = files.stream().mapToLong(Receipt::bytes).sum();
    System.out.println(
        "wrote " + folder + ": " + files.size() + " files, " + ByteSize.format(bytes));
    return 0;
  }

  private int verify(SparkInit job) throws IOException {
    List<String> differences = job.verify();
    differences.forEach(difference -> System.err.println("initium: " + folder + ": " + difference));
    if (differences.isEmpty()) {
      System.out.println(folder + " is what " + recipe + " gives: all bits equal");
    }
    return differences.isEmpty() ? 0 : FAILED;
  }

  private Recipe.Reading reading() {
    Map<String, Object> values = new LinkedHashMap<>();
    set.forEach(
        (name, text) ->
            values.put(
                name, Arithmetic.valueOrWord(text, Map.of(), Nonlinearity.CalculateGain.BY_NAME)));
    Optional<DType> every = Optional.ofNullable(dtype).map(DType::parse);
    return new Recipe.Reading(values, every, Optional.empty(), Optional.empty());
  }

  private String read(SparkSession session) throws IOException {
    Path path = new Path(recipe);
    try (InputStream in =
        path.getFileSystem(session.sparkContext().hadoopConfiguration()).open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
