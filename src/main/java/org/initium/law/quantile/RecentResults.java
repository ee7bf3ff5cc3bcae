// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The results for the last few arguments of a function that is slow and pure. */
public final class RecentResults<K, V> {
  private static final int KEPT = 16;

  private final Function<K, V> function;
  private final Map<K, V> results =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
          return size() > KEPT;
        }
      };

  public RecentResults(Function<K, V> function) {
    this.function = function;
  }

  public synchronized V get(K key) {
    V known = results.get(key);
    if (known == null) {
      known = function.apply(key);
      results.put(key, known);
    }
    return known;
  }
}
