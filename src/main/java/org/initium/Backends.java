package org.initium;

import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The backends on the class path. */
public final class Backends {
  private static volatile Map<String, Backend> byType;

  private Backends() {}

  /** Loads them at the first call; one that fails, on a wrong option, is made again by the next. */
  private static Map<String, Backend> byType() {
    Map<String, Backend> found = byType;
    if (found == null) {
      synchronized (Backends.class) {
        found = byType == null ? byType = load() : byType;
      }
    }
    return found;
  }

  private static Map<String, Backend> load() {
    Map<String, Backend> found = new TreeMap<>();
    try {
      for (Backend backend : ServiceLoader.load(Backend.class, Backend.class.getClassLoader())) {
        found.put(backend.type(), backend);
      }
    } catch (ServiceConfigurationError e) {
      if (e.getCause() instanceof IllegalArgumentException wrongOption) {
        throw wrongOption;
      }
      throw e;
    }
    return found;
  }

  /**
   * All of them, in the order of their names.
   *
   * @throws IllegalArgumentException if a system property that one of them reads has a wrong value
   */
  public static List<Backend> all() {
    return List.copyOf(byType().values());
  }

  /**
   * The backend of a device.
   *
   * @throws DeviceUnavailableException if none has that type
   * @throws IllegalArgumentException if a system property that a backend reads has a wrong value
   */
  public static Backend of(Device device) {
    Backend backend = byType().get(device.type());
    if (backend == null) {
      throw new DeviceUnavailableException(
          "no backend for device "
              + device
              + "; there are "
              + String.join(", ", byType().keySet()));
    }
    return backend;
  }
}
