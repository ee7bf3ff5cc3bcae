// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.io.SafetensorsHeader;
import org.junit.jupiter.api.Test;

class FolderIndexTest {
  /** Spark writes shards by their numbers, {@code finish} and {@code verify} by their names. */
  @Test
  void shardsStandByNameHoweverTheyCome() {
    Map<String, SafetensorsHeader> byNumber = new LinkedHashMap<>();
    byNumber.put("m-shard-99999-of-100001.safetensors", shard("99999/100001"));
    byNumber.put("m-shard-100000-of-100001.safetensors", shard("100000/100001"));
    String text = FolderIndex.ofShards(byNumber).text();
    Map<String, SafetensorsHeader> byName = new LinkedHashMap<>();
    byNumber.keySet().stream().sorted().forEach(name -> byName.put(name, byNumber.get(name)));
    assertEquals(FolderIndex.ofShards(byName).text(), text);
  }

  private static SafetensorsHeader shard(String shard) {
    return new SafetensorsHeader(Map.of(Provenance.SHARD, shard), List.of(), 8);
  }
}
