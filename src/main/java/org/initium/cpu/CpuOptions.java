// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import java.util.List;
import org.initium.cpu.fill.KernelFills;
import org.initium.cpu.fill.ReferenceFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.kernels.NativeKernels;
import org.initium.cpu.kernels.NativeLibrary;
import org.initium.kernel.KernelSet;
import org.initium.text.ArgumentChecks;

/**
 * How the CPU backend works; the values it writes do not depend on it.
 *
 * @param threads how many threads a large fill is shared by
 * @param kernels what computes; null for plain Java
 */
record CpuOptions(int threads, KernelSet kernels) {
  private static final List<String> LEVELS = List.of("auto", "off", "v2", "v3", "v4", "v4-bf16");

  CpuOptions {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "initium.threads = " + threads + " is not allowed; give 1 or more");
    }
  }

  /**
   * From the system properties {@code initium.threads} (the number of processors unless given) and
   * {@code initium.native} ({@code auto} unless given; {@code off} for kernels in Java, {@code v2},
   * {@code v3}, {@code v4} or {@code v4-bf16} for a level of x86-64).
   */
  static CpuOptions fromProperties() {
    return new CpuOptions(
        threads(System.getProperty("initium.threads")),
        kernels(System.getProperty("initium.native", "auto")));
  }

  private static int threads(String property) {
    try {
      return property == null
          ? Runtime.getRuntime().availableProcessors()
          : Integer.parseInt(property);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "initium.threads = " + property + " is not a number of threads; give 1 or more", e);
    }
  }

  static KernelSet kernels(String property) {
    ArgumentChecks.that(
        LEVELS.contains(property), "initium.native", property, "auto, off, v2, v3, v4 or v4-bf16");
    String reason = property.equals("off") ? "initium.native = off" : NativeLibrary.failure();
    if (reason == null) {
      return NativeKernels.of(property);
    }
    // Made when there is something to say: a logger takes a start 16 ms.
    System.getLogger(CpuOptions.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "CPU fills are computed in plain Java, several times slower: " + reason);
    return null;
  }

  /** What fills tensors so, by threads of its own. */
  ReferenceFills fills() {
    Team team = new Team(threads);
    return kernels == null ? new ReferenceFills(team) : new KernelFills(kernels, team);
  }

  @Override
  public String toString() {
    return threads + " threads, " + (kernels == null ? "plain Java" : kernels);
  }
}
