package org.initium.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.initium.DType;
import org.initium.InitiumException;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Nonlinearity;
import org.initium.recipe.Layout;
import org.initium.recipe.PieceWriter.Receipt;
import org.initium.recipe.Plan;
import org.initium.recipe.Recipe;

/**
 * The command for spark-submit:
 *
 * <pre>
 * spark-submit --class org.initium.spark.Init initium-spark.jar RECIPE --out hdfs://host/folder
 *     [--seed N] [--generator NAME] [--dtype TYPE] [--set VAR=VALUE]...
 *     [--max-shard-size BYTES | --shards N] [--verify]
 * </pre>
 */
public final class Init {
  private static final String USAGE =
      "usage: RECIPE --out FOLDER [--seed N] [--generator NAME] [--dtype TYPE] [--set VAR=VALUE]..."
          + " [--max-shard-size BYTES | --shards N] [--verify]";
  private static final long MAX_BYTES = 5_000_000_000L;

  private static final List<String> OPTIONS =
      List.of("--out", "--seed", "--generator", "--dtype", "--max-shard-size", "--shards");

  private final Map<String, String> options = new HashMap<>();
  private final Map<String, Double> set = new HashMap<>();
  private String recipe;
  private boolean verify;

  private Init(String... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      String word = arguments[i];
      if (word.equals("--verify")) {
        verify = true;
      } else if (word.equals("--set")) {
        set(value(arguments, ++i));
      } else if (OPTIONS.contains(word)) {
        options.put(word, value(arguments, ++i));
      } else if (word.startsWith("--") || recipe != null) {
        throw new IllegalArgumentException("unknown argument '" + word + "'; " + USAGE);
      } else {
        recipe = word;
      }
    }
    if (recipe == null || !options.containsKey("--out")) {
      throw new IllegalArgumentException(USAGE);
    }
  }

  private static String value(String[] arguments, int i) {
    if (i == arguments.length) {
      throw new IllegalArgumentException(arguments[i - 1] + " needs a value; " + USAGE);
    }
    return arguments[i];
  }

  private void set(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("--set " + text + " is not VAR=VALUE");
    }
    set.put(
        text.substring(0, equals),
        Arithmetic.evaluate(text.substring(equals + 1), Map.of(), Nonlinearity.FUNCTIONS));
  }

  private long number(String option, long otherwise) {
    String text = options.get(option);
    try {
      return text == null ? otherwise : Long.decode(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " " + text + " is not a whole number", e);
    }
  }

  /**
   * Writes or verifies a model; ends with status 0, 1 if that failed, 2 for bad usage or recipe.
   */
  public static void main(String... arguments) {
    int status = 0;
    try {
      System.out.println(new Init(arguments).run());
    } catch (IllegalArgumentException | InitiumException e) {
      System.err.println("initium: " + e.getMessage());
      status = 2;
    } catch (Exception e) { // SparkException is checked, and thrown by Scala undeclared
      Throwable cause = e instanceof SparkException && e.getCause() != null ? e.getCause() : e;
      System.err.println(
          "initium: " + String.valueOf(cause.getMessage()).lines().findFirst().get());
      status = 1;
    }
    System.exit(status);
  }

  private String run() throws IOException {
    Source source = new Source(options.getOrDefault("--generator", "philox"), number("--seed", 0));
    Layout layout =
        options.containsKey("--shards")
            ? Layout.rows(Math.toIntExact(number("--shards", 1)))
            : Layout.files(number("--max-shard-size", MAX_BYTES));
    try (SparkSession session = SparkSession.builder().appName("initium " + recipe).getOrCreate()) {
      Plan plan = Recipe.parse(read(session), recipe, reading());
      plan.notes().forEach(note -> System.err.println("note: " + note));
      String folder = options.get("--out");
      List<Receipt> files =
          verify
              ? SparkInit.verify(session, plan, source, layout, folder)
              : SparkInit.run(session, plan, source, layout, folder);
      long bytes = files.stream().mapToLong(Receipt::bytes).sum();
      return (verify ? "equal: " : "wrote ")
          + folder
          + ": "
          + files.size()
          + " files, "
          + bytes
          + " bytes";
    }
  }

  private Recipe.Reading reading() {
    return new Recipe.Reading(
        set,
        Optional.ofNullable(options.get("--dtype")).map(DType::parse),
        Optional.empty(),
        Optional.empty());
  }

  private String read(SparkSession session) throws IOException {
    Path path = new Path(recipe);
    try (InputStream in =
        path.getFileSystem(session.sparkContext().hadoopConfiguration()).open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
