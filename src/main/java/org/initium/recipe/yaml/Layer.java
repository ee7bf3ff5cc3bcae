// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A map with some entries before those of another, which is not copied: a config may have millions
 * of values, and each name of a tensor binds a few.
 */
final class Layer extends AbstractMap<String, Object> {
  private final Map<String, ?> first;
  private final Map<String, Object> others;

  Layer(Map<String, ?> first, Map<String, Object> others) {
    this.first = first;
    this.others = others;
  }

  @Override
  public Object get(Object name) {
    Object value = first.get(name);
    return value == null ? others.get(name) : value;
  }

  @Override
  public boolean containsKey(Object name) {
    return first.containsKey(name) || others.containsKey(name);
  }

  /** Whether this, or one inside of it, has the name, and not the map at the bottom. */
  boolean binds(String name) {
    return first.containsKey(name) || others instanceof Layer layer && layer.binds(name);
  }

  /** For messages: in all of the names. */
  @Override
  public Set<Entry<String, Object>> entrySet() {
    Map<String, Object> all = new LinkedHashMap<>(others);
    all.putAll(first);
    return all.entrySet();
  }
}
