// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.DeviceUnavailableException;

/** A library in the process, and those of its functions that were called. */
public final class LoadedLibrary {
  private final String from;
  private final SymbolLookup symbols;
  private final Map<String, MethodHandle> functions = new ConcurrentHashMap<>();

  LoadedLibrary(String from, SymbolLookup symbols) {
    this.from = from;
    this.symbols = symbols;
  }

  /** Its path. */
  public String from() {
    return from;
  }

  /**
   * Calls a function that returns a status: one that JCuda's natives do not have.
   *
   * @param parameters l for a handle, an address or 64 bits, i for an int
   * @throws DeviceUnavailableException if there is no such function
   */
  public int call(String function, String parameters, Object... arguments) {
    try {
      return (int)
          functions
              .computeIfAbsent(function, _ -> bind(function, parameters))
              .invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("native code throws nothing", e);
    }
  }

  @SuppressWarnings("restricted") // a call of native code is what is wanted
  private MethodHandle bind(String function, String parameters) {
    MemoryLayout[] layouts =
        parameters
            .chars()
            .mapToObj(letter -> letter == 'l' ? JAVA_LONG : JAVA_INT)
            .toArray(MemoryLayout[]::new);
    return symbols
        .find(function)
        .map(f -> Linker.nativeLinker().downcallHandle(f, FunctionDescriptor.of(JAVA_INT, layouts)))
        .orElseThrow(() -> new DeviceUnavailableException(from + " has no function " + function));
  }
}
