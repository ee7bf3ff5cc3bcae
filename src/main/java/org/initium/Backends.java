package org.initium;

import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The backends on the class path. */
public final class Backends {
  private static final TreeMap<String, Backend> BY_TYPE = load();

  private Backends() {}

  private static TreeMap<String, Backend> load() {
    TreeMap<String, Backend> found = new TreeMap<>();
    for (Backend backend : ServiceLoader.load(Backend.class, Backend.class.getClassLoader())) {
      found.put(backend.type(), backend);
    }
    return found;
  }

  /** All of them, in the order of their names. */
  public static List<Backend> all() {
    return List.copyOf(BY_TYPE.values());
  }

  /**
   * The backend of a device.
   *
   * @throws DeviceUnavailableException if none has that type
   */
  public static Backend of(Device device) {
    Backend backend = BY_TYPE.get(device.type());
    if (backend == null) {
      throw new DeviceUnavailableException(
          "no backend for device " + device + "; there are " + String.join(", ", BY_TYPE.keySet()));
    }
    return backend;
  }
}
