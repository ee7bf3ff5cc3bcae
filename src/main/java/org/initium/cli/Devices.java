// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.cli.console.ByteSize;
import org.initium.expression.Suggestions;
import org.initium.text.Text;

/** Devices that share the work, as {@code --device cuda:0,cuda:1} names them. */
record Devices(List<Device> named) {
  /** More than any machine has; each has buffers of its own. */
  private static final int MOST = 256;

  private static final Set<String> OURS = Set.of("cpu", "cuda");

  /** Not by picocli's own split, which goes a call deeper for each. */
  static Devices parse(String text) {
    return new Devices(Stream.of(text.split(",", -1)).map(Devices::device).toList());
  }

  /** A device of a backend that is there; of ours, the backend says later what is missing. */
  static Device device(String text) {
    Device device = Device.parse(text);
    if (!OURS.contains(device.type())) {
      List<String> types = Backend.all().stream().map(Backend::type).toList();
      if (!types.contains(device.type())) {
        String remedy =
            device.type().equals("gpu")
                ? "NVIDIA's GPUs are cuda, cuda:1 and so on"
                : Suggestions.choice(device.type(), "there are", types);
        throw new IllegalArgumentException(
            Text.message("no backend for device '%s'; %s", text, remedy));
      }
    }
    return device;
  }

  /** Those of all times that the option is given; the CPU where it is not. */
  static List<Device> all(List<Devices> options) {
    List<Device> devices = options.stream().flatMap(option -> option.named.stream()).toList();
    if (devices.size() > MOST) {
      throw new IllegalArgumentException(
          Text.format(
              "--device names %,d devices, and at most %,d share the work; name each once",
              devices.size(), MOST));
    }
    return devices.isEmpty() ? List.of(Device.CPU) : devices;
  }

  /** {@code devices}: what there is to compute on. */
  static int print() {
    for (Backend backend : Backend.all()) {
      try {
        for (DeviceInfo info : backend.devices()) {
          System.out.print(
              Text.format(
                  "%-8s %s, %s memory%n         %s%n",
                  info.device(), info.name(), ByteSize.format(info.memoryBytes()), info.details()));
        }
      } catch (DeviceUnavailableException e) {
        System.out.print(Text.format("%-8s not available: %s%n", backend.type(), e.getMessage()));
      }
    }
    return 0;
  }
}
