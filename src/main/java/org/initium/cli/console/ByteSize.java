// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import java.util.Locale;
import java.util.Map;
import org.initium.text.Text;

/** Sizes in bytes as people write them: 5GB (powers of ten), 512MiB (powers of two), 1000. */
public final class ByteSize {
  private static final Map<String, Long> UNITS =
      Map.of(
          "", 1L,
          "b", 1L,
          "kb", 1_000L,
          "mb", 1_000_000L,
          "gb", 1_000_000_000L,
          "tb", 1_000_000_000_000L,
          "kib", 1L << 10,
          "mib", 1L << 20,
          "gib", 1L << 30,
          "tib", 1L << 40);

  private ByteSize() {}

  /**
   * The number of bytes that a text means.
   *
   * @throws IllegalArgumentException if it means none, or less than 1
   */
  public static long parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    String unit = lower.replaceFirst("^[0-9]+(\\.[0-9]+)? *", "");
    String number = lower.substring(0, lower.length() - unit.length()).strip();
    Long scale = UNITS.get(unit);
    double bytes = scale == null || number.isEmpty() ? 0 : Double.parseDouble(number) * scale;
    if (bytes < 1 || bytes >= 0x1p63) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size of 1 byte or more; write 5GB, 512MiB or a number of bytes");
    }
    return (long) bytes;
  }

  /** Three digits and a unit: {@code 498 MB}, {@code 16.1 GB}. */
  public static String format(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    double value = bytes;
    int u = 0;
    while (value >= 999.5 && u < units.length - 1) {
      value /= 1000;
      u++;
    }
    return Text.format(
        value >= 100 || u == 0 ? "%.0f %s" : value >= 10 ? "%.1f %s" : "%.2f %s", value, units[u]);
  }
}
