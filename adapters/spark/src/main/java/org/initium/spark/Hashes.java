// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.initium.recipe.model.PieceWriter.Receipt;

/**
 * Hashes in a file, a line each, as {@code sha256sum} writes and checks them: {@code SHA256 NAME},
 * two blanks between them.
 */
final class Hashes {
  private static final String BETWEEN = "  ";

  private Hashes() {}

  static String line(String sha256, String name) {
    return sha256 + BETWEEN + name + "\n";
  }

  static String of(List<Receipt> files) {
    return files.stream()
        .map(file -> line(file.sha256(), file.file()))
        .collect(Collectors.joining());
  }

  /** The hashes of a text by their names; lines that are none, or not whole, count for nothing. */
  static Map<String, String> parse(String text) {
    Map<String, String> hashes = new HashMap<>();
    for (String line : text.split("\n")) {
      String[] words = line.split(BETWEEN, 2);
      if (words.length == 2 && words[0].matches("[0-9a-f]{64}") && !words[1].contains("/")) {
        hashes.put(words[1], words[0]);
      }
    }
    return hashes;
  }
}
