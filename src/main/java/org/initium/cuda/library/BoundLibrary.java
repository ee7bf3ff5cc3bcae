// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.DeviceUnavailableException;

/** A library in the process, and the functions of it that JCuda's natives do not have. */
public final class BoundLibrary {
  private final String name;
  private final String from;
  private final SymbolLookup symbols;
  private final Map<String, MethodHandle> functions = new ConcurrentHashMap<>();

  BoundLibrary(String name, String from, SymbolLookup symbols) {
    this.name = name;
    this.from = from;
    this.symbols = symbols;
  }

  /** Its file name, one of its library's. */
  public String name() {
    return name;
  }

  /** Its path. */
  public String from() {
    return from;
  }

  /**
   * Calls a function that returns a status.
   *
   * @param parameters l for a handle, an address or 64 bits, i for an int
   * @param arguments a Long or Integer each, or an array of them, whose address is passed: it has
   *     what the function wrote there when this returns
   * @throws DeviceUnavailableException if there is no such function
   */
  public int call(String function, String parameters, Object... arguments) {
    MethodHandle bound = functions.computeIfAbsent(function, _ -> bind(function, parameters));
    Map<MemorySegment, Object> written = new HashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      Object[] passed = arguments.clone();
      for (int i = 0; i < passed.length; i++) {
        MemorySegment memory =
            switch (arguments[i]) {
              case int[] numbers -> arena.allocateFrom(JAVA_INT, numbers);
              case long[] numbers -> arena.allocateFrom(JAVA_LONG, numbers);
              default -> null;
            };
        if (memory != null) {
          written.put(memory, arguments[i]);
          passed[i] = memory.address();
        }
      }
      int status = (int) bound.invokeWithArguments(passed);
      written.forEach(BoundLibrary::copy);
      return status;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("native code throws nothing", e);
    }
  }

  private static void copy(MemorySegment from, Object to) {
    switch (to) {
      case int[] numbers -> MemorySegment.copy(from, JAVA_INT, 0, numbers, 0, numbers.length);
      case long[] numbers -> MemorySegment.copy(from, JAVA_LONG, 0, numbers, 0, numbers.length);
      default -> throw new AssertionError(to);
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
