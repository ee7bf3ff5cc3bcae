package org.initium.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.initium.recipe.PieceWriter.Receipt;

/** Receipts in a file: a line each, {@code SHA256 BYTES FILE ATTEMPT}. */
final class Receipts {
  private Receipts() {}

  static String text(Receipt receipt) {
    return receipt.sha256()
        + " "
        + receipt.bytes()
        + " "
        + receipt.file()
        + " "
        + receipt.attempt()
        + "\n";
  }

  static String text(List<Receipt> receipts) {
    return receipts.stream().map(Receipts::text).collect(Collectors.joining());
  }

  /**
   * The receipts of a text by their files; lines that are none, or not whole, count for nothing.
   */
  static Map<String, Receipt> parse(String text) {
    Map<String, Receipt> receipts = new HashMap<>();
    for (String line : text.split("\n")) {
      String[] words = line.split(" ", 4);
      if (words.length == 4 && words[1].matches("[0-9]{1,18}")) {
        receipts.put(words[2], new Receipt(words[2], words[3], Long.parseLong(words[1]), words[0]));
      }
    }
    return receipts;
  }
}
