// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.InitiumException;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelSet;
import org.initium.text.Text;

/**
 * The kernels of the native library for one level of instructions.
 *
 * @param level 2 to 4 of x86-64, 1 of others
 */
public record NativeKernels(long level, ConcurrentHashMap<String, Kernel> found)
    implements KernelSet {
  /**
   * The kernels of the best level that this processor has, or of that one.
   *
   * @param wanted 2 to 4; 0 for the best
   * @throws IllegalArgumentException if the processor does not have it
   */
  public static NativeKernels of(int wanted) {
    long best = NativeLibrary.level();
    if (wanted > best || wanted > 0 && best == 1) {
      throw new IllegalArgumentException(
          Text.message(
              "initium.native = v%d is not allowed: this processor has %s",
              wanted, best == 1 ? "no such levels; give auto or off" : "v" + best));
    }
    return new NativeKernels(wanted == 0 ? best : wanted, new ConcurrentHashMap<>());
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
    return level == 1 ? "native kernels" : "native kernels for x86-64-v" + level;
  }
}
