// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.initium.Fill;

/** Tables of the last few laws, each of which takes some milliseconds to compute. */
public final class RecentTables<T> {
  private static final int KEPT = 16;

  private final Map<Object, T> tables =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, T> eldest) {
          return size() > KEPT;
        }
      };

  private final Function<Fill.ByQuantile, T> compute;

  /** None yet; {@code compute} makes the table of a law. */
  public RecentTables(Function<Fill.ByQuantile, T> compute) {
    this.compute = compute;
  }

  /** The table of a law. */
  public synchronized T of(Fill.ByQuantile law) {
    Object key = NormalSide.key(law);
    T known = tables.get(key);
    if (known == null) {
      known = compute.apply(law);
      tables.put(key, known);
    }
    return known;
  }
}
