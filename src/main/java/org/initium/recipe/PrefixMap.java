// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What belongs to texts, found by a longer text that starts with them. A text that starts with a
 * key is not before it in the order of texts, and what stands between the two starts with the key
 * as well: the nearest key before a text and the keys which that one starts with are all there is.
 */
final class PrefixMap<T> {
  private final List<String> keys = new ArrayList<>();
  private final List<List<T>> values = new ArrayList<>();

  /** For each key the longest other one that it starts with, or -1. */
  private final int[] shorter;

  private final MatchingWork work;

  PrefixMap(TreeMap<String, List<T>> map, MatchingWork work) {
    this.work = work;
    map.forEach(
        (key, value) -> {
          keys.add(key);
          values.add(value);
        });
    shorter = new int[keys.size()];
    for (int k = 0; k < shorter.length; k++) {
      shorter[k] = k - 1;
      while (shorter[k] >= 0 && !keys.get(k).startsWith(keys.get(shorter[k]))) {
        shorter[k] = shorter[shorter[k]];
      }
    }
  }

  /** The values of the keys that the text has from there on, the longest key's first. */
  List<List<T>> of(String text, int from) {
    int low = 0; // the first key that is behind the text
    for (int high = keys.size(); low < high; ) {
      int middle = (low + high) >>> 1;
      if (compare(keys.get(middle), text, from) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    List<List<T>> found = new ArrayList<>();
    int k = low - 1;
    int common = k < 0 ? 0 : common(keys.get(k), text, from);
    for (; k >= 0; k = shorter[k]) {
      work.add(4);
      if (keys.get(k).length() <= common) {
        found.add(values.get(k));
      }
    }
    return found;
  }

  private int compare(String key, String text, int from) {
    int common = common(key, text, from);
    if (common == key.length() || common == text.length() - from) {
      return key.length() - (text.length() - from);
    }
    return key.charAt(common) - text.charAt(from + common);
  }

  private int common(String key, String text, int from) {
    int most = Math.min(key.length(), text.length() - from);
    int common = 0;
    while (common < most && key.charAt(common) == text.charAt(from + common)) {
      common++;
    }
    work.add(common + 4);
    return common;
  }
}
