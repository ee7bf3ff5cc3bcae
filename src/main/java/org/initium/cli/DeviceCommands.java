// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.PrintStream;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.DeviceUnavailableException;
import org.initium.cli.console.ByteSize;
import org.initium.text.Text;

/** {@code devices}: what there is to compute on. */
final class DeviceCommands {
  private final PrintStream out = System.out;

  int devices() {
    for (Backend backend : Backend.all()) {
      try {
        for (DeviceInfo info : backend.devices()) {
          out.print(
              Text.format(
                  "%-8s %s, %s memory%n         %s%n",
                  info.device(), info.name(), ByteSize.format(info.memoryBytes()), info.details()));
        }
      } catch (DeviceUnavailableException e) {
        out.print(Text.format("%-8s not available: %s%n", backend.type(), e.getMessage()));
      }
    }
    return 0;
  }
}
