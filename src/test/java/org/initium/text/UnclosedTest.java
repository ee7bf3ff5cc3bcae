// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class UnclosedTest {
  /** Whose logger nobody else uses. */
  private static final class Owner {}

  /** A loop that forgets to close is one fault, and not a thousand lines of log. */
  @Test
  void aThousandAreFourWarnings() {
    List<String> told = new ArrayList<>();
    Logger logger = Logger.getLogger(Owner.class.getName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            told.add(line.getLevel() + " " + line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    for (int i = 0; i < 1999; i++) {
      Unclosed.tell(Owner.class, "a tensor was never closed; close it");
    }
    assertEquals(
        List.of(
            "WARNING a tensor was never closed; close it",
            "WARNING a tensor was never closed; close it (the 10th in this process)",
            "WARNING a tensor was never closed; close it (the 100th in this process)",
            "WARNING a tensor was never closed; close it (the 1000th in this process)"),
        told);
  }
}
