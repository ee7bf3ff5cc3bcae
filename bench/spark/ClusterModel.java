// SPDX-License-Identifier: Apache-2.0
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.Pieces;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;

/**
 * What up to 2,000 executors would take for a model of 1 T parameters in a million tensors: the
 * real plan, cut for real, its pieces given to simulated executors in the order of Spark's driver.
 * Settings by -D:
 *
 * <ul>
 *   <li>executor=0.5 GB/s that an executor fills, hashes and writes by itself
 *   <li>storage=100 GB/s that the file system takes from all of them
 *   <li>dispatch=2 ms in which the driver serializes and sends one task, one after the other
 *   <li>task=0.1 s that a task takes beside its bytes: files opened, receipts written
 *   <li>start=20 s until executors are there, each at a moment of its own up to that
 *   <li>slow=0.02 of tasks that take slower=5 times as long
 *   <li>rename=5 ms of the commit for each file (delete, rename), 16 at a time
 * </ul>
 *
 * <p>Speculation is Spark's: from 9 tasks in 10 on, what takes longer than 3 medians gets a second
 * attempt.
 */
public class ClusterModel {
  static final double EXECUTOR = number("executor", 0.5) * 1e9;
  static final double STORAGE = number("storage", 100) * 1e9;
  static final double DISPATCH = number("dispatch", 2) / 1e3;
  static final double TASK = number("task", 0.1);
  static final double START = number("start", 20);
  static final double SLOW = number("slow", 0.02);
  static final double SLOWER = number("slower", 5);
  static final double RENAME = number("rename", 5) / 1e3;

  static double number(String name, double otherwise) {
    return Double.parseDouble(System.getProperty(name, "" + otherwise));
  }

  record Run(double seconds, double median, int slow, int second) {}

  /** Tasks in order; the driver sends each to the executor that is free first. */
  static Run run(double[] bytes, int executors, boolean speculation) {
    Random random = new Random(executors);
    double rate = Math.min(EXECUTOR, STORAGE / Math.min(executors, bytes.length));
    PriorityQueue<Double> free = new PriorityQueue<>();
    for (int e = 0; e < executors; e++) {
      free.add(START * random.nextDouble());
    }
    double[] begins = new double[bytes.length];
    double[] ends = new double[bytes.length];
    double driver = 0;
    int slow = 0;
    for (int t = 0; t < bytes.length; t++) {
      driver = Math.max(driver + DISPATCH, free.poll());
      double seconds = TASK + bytes[t] / rate;
      if (random.nextDouble() < SLOW) {
        slow++;
        seconds *= SLOWER;
      }
      begins[t] = driver;
      ends[t] = driver + seconds;
      free.add(ends[t]);
    }
    double[] spans = new double[bytes.length];
    Arrays.setAll(spans, t -> ends[t] - begins[t]);
    double[] sorted = spans.clone();
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    double[] order = ends.clone();
    Arrays.sort(order);
    double watched = order[(int) (0.9 * (order.length - 1))];
    int second = 0;
    double last = 0;
    for (int t = 0; t < bytes.length; t++) {
      double notice = Math.max(watched, begins[t] + 3 * median);
      if (speculation && ends[t] > notice) {
        second++;
        ends[t] = Math.min(ends[t], notice + DISPATCH + TASK + bytes[t] / rate);
      }
      last = Math.max(last, ends[t]);
    }
    return new Run(last, median, slow, second);
  }

  public static void main(String[] arguments) throws Exception {
    long begun = System.nanoTime();
    Plan plan =
        Recipe.parse(
            """
            dtype: bf16
            tensors:
              "layers.{0..99}.experts.{0..3332}.":
                {w1.weight: [512, 2048], w2.weight: [2048, 512], w3.weight: [512, 2048]}
            rules: [{match: "*", init: normal(std=0.02)}]
            """,
            "a million tensors");
    PlanFiller filler = new PlanFiller(Generator.philox(7), Device.CPU);
    System.out.printf(
        "%,d tensors, %.2f T parameters, %.2f TB; executors of %.2f GB/s, storage of %.0f GB/s%n%n",
        plan.tensors().size(),
        plan.parameters() / 1e12,
        plan.bytes() / 1e12,
        EXECUTOR / 1e9,
        STORAGE / 1e9);
    System.out.println(
        "| files of | files | executors | to the last byte | GB/s each | of what they could | with"
            + " speculation (second attempts) | renames | in all |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (double gigabytes : new double[] {5, 1, 0.25}) {
      List<Piece> pieces =
          Pieces.of(
              plan, FileLayout.files((long) (gigabytes * 1e9)), filler, Provenance.of("philox", 7));
      if (gigabytes == 5) {
        System.err.printf("plan and first cut: %.1f s%n", (System.nanoTime() - begun) / 1e9);
      }
      double[] bytes = pieces.stream().mapToDouble(Piece::bytes).toArray();
      double all = Arrays.stream(bytes).sum();
      for (int executors : new int[] {1, 10, 100, 1000, 2000}) {
        Run plain = run(bytes, executors, false);
        Run quick = run(bytes, executors, true);
        double renames = RENAME * Math.ceilDiv(bytes.length, 16);
        double each = all / executors / quick.seconds();
        System.out.printf(
            "| %s GB | %,d | %,d | %,.0f s | %.3f | %.0f %% | %,.0f s (%d) | %.1f s | %,.0f s |%n",
            gigabytes == 0.25 ? "0.25" : "%.0f".formatted(gigabytes),
            bytes.length,
            executors,
            plain.seconds(),
            each / 1e9,
            100 * each / EXECUTOR,
            quick.seconds(),
            quick.second(),
            renames,
            quick.seconds() + renames);
      }
    }
  }
}
