// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What patterns capture of names. */
class GlobCaptureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "h.{n}.w | h.12.w | {n=12}",
        "h.{n}.* | h.a.b.c | {n=a}",
        "{a}.{b} | x.y | {a=x, b=y}",
        "{a*}.{b} | x.y.z | {a=x.y, b=z}",
        "{a*}.{b*} | x.y.z | {a=x, b=y.z}",
        "*{n}.w | h12.w | {n=h12}",
        "h{n}? | h123 | {n=12}",
        "{a,bb}.{n}.{c,d} | bb.7.d | {n=7}",
        "{x*} | anything.at.all | {x=anything.at.all}",
        "p.{n}{m} | p.123 | {n=1, m=23}",
      })
  void captures(String pattern, String name, String captured) {
    Glob glob = Glob.parse(pattern);
    assertTrue(glob.matches(name));
    assertEquals(captured, glob.captures(name).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"h.{n}.w | h..w", "h.{n}.w | h.1.2.w", "{n} | a.b", "{a}.{b} | ab", "h{n} | h"})
  void doesNotMatch(String pattern, String name) {
    assertFalse(Glob.parse(pattern).matches(name));
  }

  @ParameterizedTest
  @CsvSource({"a*b", "plain"})
  void withoutCapturesThereAreNone(String pattern) {
    assertEquals(Map.of(), Glob.parse(pattern).captures(pattern));
  }
}
