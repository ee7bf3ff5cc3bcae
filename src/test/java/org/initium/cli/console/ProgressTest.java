// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  @ParameterizedTest
  @CsvSource({
    "0.4, 0 s",
    "42, 42 s",
    "99.4, 99 s",
    "720, 12 min",
    "20000, 6 h",
    "2973673, 34 days",
    "1e12, '11,574,074 days'",
  })
  void timesAreReadable(double seconds, String text) {
    assertEquals(text, Progress.duration(seconds));
  }
}
