// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a command is said in a line, before Spark starts. */
class SparkCommandTest {
  private static String said(String... arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertEquals(2, SparkCommand.run(arguments));
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "r.yaml | Missing required option: '--out=FOLDER'",
        "r.yaml --out o --shards 3 --max-shard-size 1GB"
            + " | --shards and --max-shard-size exclude each other: a shard is one file",
        "r.yaml --out o --shards 0 | shard 0/0",
        "r.yaml --out o --max-shard-size five | five",
        "r.yaml --out o --seed x | x",
        "r.yaml --out o --generator mt | mt",
        "r.yaml --out o --dtype f17 | f17",
        "r.yaml --out o --set a | a",
        "r.yaml --out o --set a=1/ | 1/",
      })
  void badUsageIsALine(String arguments, String part) {
    String said = said(arguments.split(" "));
    assertEquals(1, said.lines().count(), said);
    assertEquals("initium: ", said.substring(0, 9));
    assertTrue(said.contains(part), said);
  }
}
