// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * What PyTorch's numbers on a CUDA device depend on: how many threads the device runs at a time.
 *
 * @param multiprocessors streaming multiprocessors
 * @param threads resident threads that each of them can have at most
 * @since 0.1.0
 */
public record GpuGeometry(int multiprocessors, int threads) implements Serializable {
  /** PyTorch's threads in a block. */
  public static final int BLOCK = 256;

  /**
   * GPUs by their short names: multiprocessors and threads. The threads follow from the compute
   * capability: 2048 for 6.x, 7.0, 8.0, 9.0 and 10.0, 1024 for 7.5, 1536 for 8.6, 8.9 and 12.0.
   * docs/torch-numbers.md has the source of each row, and names those that have none.
   */
  private static final Map<String, GpuGeometry> BY_NAME =
      Stream.of(
              """
              P100 56 2048, GTX1080 20 2048, GTX1080Ti 28 2048,
              V100 80 2048, TitanV 80 2048,
              T4 40 1024, RTX2060 30 1024, RTX2070 36 1024, RTX2080 46 1024, RTX2080Ti 68 1024,
              RTX6000 72 1024, RTX8000 72 1024, TitanRTX 72 1024,
              A100 108 2048, A30 56 2048,
              A10 72 1536, A10G 80 1536, A40 84 1536, A2 10 1536, A16 10 1536,
              RTX3060 28 1536, RTX3070 46 1536, RTX3080 68 1536, RTX3080Ti 80 1536,
              RTX3090 82 1536, RTX3090Ti 84 1536, A4000 48 1536, A5000 64 1536, A6000 84 1536,
              L4 58 1536, L40 142 1536, L40S 142 1536, RTX6000Ada 142 1536,
              RTX4060 24 1536, RTX4070 46 1536, RTX4080 76 1536, RTX4090 128 1536,
              H100 132 2048, H100PCIe 114 2048, H200 132 2048, GH200 132 2048,
              B200 148 2048,
              RTX5070 48 1536, RTX5080 84 1536, RTX5090 170 1536
              """
                  .split(","))
          .map(row -> row.trim().split(" "))
          .collect(
              Collectors.toMap(
                  row -> row[0],
                  row -> new GpuGeometry(Integer.parseInt(row[1]), Integer.parseInt(row[2])),
                  (first, second) -> first,
                  () -> new TreeMap<>(String.CASE_INSENSITIVE_ORDER)));

  /** At least one multiprocessor, and room for a block in it. */
  public GpuGeometry {
    ArgumentChecks.that(multiprocessors >= 1, "sms", multiprocessors, "1 or more");
    ArgumentChecks.that(threads >= BLOCK, "threads", threads, "256 or more");
  }

  /**
   * The geometry of a GPU by its name, in any case, blanks and hyphens aside: {@code A100}, {@code
   * RTX 4090}, {@code h100-pcie}. Variants without a suffix are the SXM ones.
   *
   * {@snippet :
   * GpuGeometry a100 = GpuGeometry.of("A100");
   * }
   *
   * @param name of a GPU
   * @return its multiprocessors and threads
   * @throws IllegalArgumentException if it is not in the table, listing those that are
   */
  public static GpuGeometry of(String name) {
    GpuGeometry found = BY_NAME.get(name.replaceAll("[ _-]", ""));
    if (found == null) {
      throw new IllegalArgumentException(
          Text.message(
              "gpu '%s' is not known; give its multiprocessors and threads per multiprocessor as"
                  + " sms=108, threads=2048, or use one of %s",
              name, String.join(", ", BY_NAME.keySet())));
    }
    return found;
  }

  /**
   * {@return the blocks that PyTorch starts for that many elements}
   *
   * @param numel elements of the tensor, 1 or more
   */
  public int blocks(long numel) {
    long resident = (long) multiprocessors * (threads / BLOCK);
    return (int) Math.min(resident, Math.ceilDiv(numel, BLOCK));
  }

  /** As {@link Generator#parse} reads it: {@code sms=108, threads=2048}. */
  @Override
  public String toString() {
    return Text.format("sms=%d, threads=%d", multiprocessors, threads);
  }
}
