// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.initium.Device;

/** What Spark has given a task to compute with. */
final class TaskResources {
  private static final String GPU = "gpu";

  private TaskResources() {}

  /** The GPUs that Spark gave the task, in turns; the CPU if it gave none. */
  static List<Device> devices(TaskContext task) {
    ResourceInformation gpus = task.resourcesJMap().get(GPU);
    return gpus == null ? List.of(Device.CPU) : devices(gpus.addresses());
  }

  /** The devices of what a discovery script has printed. */
  static List<Device> devices(String... addresses) {
    List<Device> devices = new ArrayList<>();
    for (String address : addresses) {
      if (!address.matches("[0-9]{1,4}")) {
        throw new IllegalArgumentException(
            "the address of a GPU is '"
                + address
                + "'; the discovery script must print ordinals, as nvidia-smi"
                + " --query-gpu=index gives them");
      }
      devices.add(Device.cuda(Integer.parseInt(address)));
    }
    return devices;
  }
}
