// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.InitiumException;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelSet;
import org.initium.text.Text;

/**
 * The kernels of the native library for one level of instructions.
 *
 * @param level its place in the list of names; 1 of processors other than x86-64
 */
public record NativeKernels(long level, ConcurrentHashMap<String, Kernel> found)
    implements KernelSet {
  /** The last is v4 with AVX512_BF16. */
  private static final List<String> NAMES = List.of("off", "base", "v2", "v3", "v4", "v4-bf16");

  /**
   * The kernels of the best level that this processor has, or of that one.
   *
   * @param wanted v2, v3, v4 or v4-bf16; auto for the best
   * @throws IllegalArgumentException if the processor does not have it
   */
  public static NativeKernels of(String wanted) {
    long best = NativeLibrary.level();
    int level = wanted.equals("auto") ? (int) best : NAMES.indexOf(wanted);
    if (level < Math.min(best, 2) || level > best) {
      throw new IllegalArgumentException(
          Text.message(
              "initium.native = %s is not allowed: this processor has %s",
              wanted, best == 1 ? "no such levels; give auto or off" : NAMES.get((int) best)));
    }
    return new NativeKernels(level, new ConcurrentHashMap<>());
  }

  @Override
  public Kernel kernel(String name) {
    Kernel known = found.get(name);
    if (known == null) {
      known = find(name);
      found.put(name, known);
    }
    return known;
  }

  private Kernel find(String name) {
    long kernel = NativeLibrary.kernel(level, name.getBytes(StandardCharsets.US_ASCII));
    if (kernel == 0) {
      throw new InitiumException("the native library has no kernel " + name);
    }
    return new NativeKernel(kernel);
  }

  private record NativeKernel(long address) implements Kernel {
    @Override
    public void run(long[] parameters, long begin, long end, long flags) {
      if (NativeLibrary.run(address, parameters, begin, end, flags) != 0) {
        throw new InitiumException(
            Text.message("%d parameters are too many; a kernel takes 512", parameters.length));
      }
    }
  }

  @Override
  public String toString() {
    return level == 1 ? "native kernels" : "native kernels for x86-64-" + NAMES.get((int) level);
  }
}
