// SPDX-License-Identifier: Apache-2.0
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** So many tasks that do nothing: what Spark's own processes and scheduling cost. */
public final class EmptyJob {
  public static void main(String... arguments) {
    int tasks = Integer.parseInt(arguments[0]);
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("empty"))) {
      System.out.println(
          spark.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks).count());
    }
  }
}
