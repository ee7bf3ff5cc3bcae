// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowShardTest {
  /** As the README has it: from floor(i*rows/n) up to floor((i+1)*rows/n). */
  @ParameterizedTest
  @CsvSource({
    "10, 3",
    "10, 4",
    "3, 5",
    "1, 1",
    "0, 3",
    "50257, 8",
    "7, 999999999",
    "9223372036854775807, 3",
    "9223372036854775807, 999999999",
  })
  void rowsAreCutAtTheFloors(long rows, int count) {
    for (int i : new int[] {0, 1, count / 2, count - 1}) {
      if (i < count) {
        RowShard shard = new RowShard(i, count);
        assertEquals(floor(i, rows, count), shard.begin(i, rows));
        assertEquals(floor(i + 1L, rows, count), shard.begin(i + 1L, rows));
      }
    }
  }

  private static long floor(long i, long rows, long count) {
    return BigInteger.valueOf(i)
        .multiply(BigInteger.valueOf(rows))
        .divide(BigInteger.valueOf(count))
        .longValueExact();
  }
}
