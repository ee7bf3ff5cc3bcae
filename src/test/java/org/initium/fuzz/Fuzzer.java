// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.initium.InitiumException;
import org.initium.text.Text;

/**
 * Whatever is read is taken, or refused in one bearable line, and soon; nothing else is thrown, and
 * no line is the JDK's own. A fuzzer prints how many inputs it made, how many were taken, and how
 * many different things were said about the others: a measure of how far into the parser they got.
 * {@code .ci/fuzz} measures branches, too.
 */
final class Fuzzer {
  /** Of the processor's time: other programs may be in the way. */
  private static final long SLOW_NANOS = 5_000_000_000L;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  interface Source<T> {
    T next() throws IOException;
  }

  interface Reader<T> {
    void read(T input) throws IOException;
  }

  private Fuzzer() {}

  static <T> void run(String what, Source<T> source, Reader<T> reader) throws IOException {
    long end = System.nanoTime() + Fuzz.seconds() * 1_000_000_000L;
    long inputs = 0;
    long taken = 0;
    Map<String, Integer> said = new TreeMap<>();
    while (System.nanoTime() < end) {
      T input = source.next();
      long start = THREADS.getCurrentThreadCpuTime();
      inputs++;
      try {
        reader.read(input);
        taken++;
      } catch (InitiumException | IllegalArgumentException e) {
        checkRefusal(e, input);
        said.merge(e.getMessage().replaceAll("'.*'|[0-9]+|\\S*/\\S*", ""), 1, Integer::sum);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(shown(input), e);
      }
      long nanos = THREADS.getCurrentThreadCpuTime() - start;
      assertTrue(nanos < SLOW_NANOS, () -> nanos / 1e9 + " s for " + shown(input));
    }
    System.out.printf(
        "fuzz of %s: %d inputs, %d taken, %d kinds of refusals%n",
        what, inputs, taken, said.size());
    assertTrue(taken > 0 && !said.isEmpty(), said::toString);
  }

  private static void checkRefusal(Exception e, Object input) {
    boolean ours =
        e.getClass() == IllegalArgumentException.class
            ? e.getStackTrace()[0].getClassName().startsWith("org.initium.")
            : e.getClass().getName().startsWith("org.initium.");
    if (!ours) {
      throw new AssertionError(shown(input), e);
    }
    String message = e.getMessage();
    String about = message + " of " + shown(input);
    assertTrue(message.length() <= 2_000 && message.equals(Text.visible(message)), about);
    assertFalse(Corpus.CLASS_NAME.matcher(message).find(), about);
  }

  private static String shown(Object input) {
    return Text.visible(
        input instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.ISO_8859_1)
            : input.toString());
  }
}
