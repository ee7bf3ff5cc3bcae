// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.io.Serializable;

/**
 * Where a tensor lives.
 *
 * @param type the backend's name, {@code cpu} or {@code cuda}
 * @param index which of that backend's devices, from 0
 * @since 0.1.0
 */
public record Device(String type, int index) implements Serializable {
  /** The host's memory, filled by its processor. */
  public static final Device CPU = new Device("cpu", 0);

  /** A name of letters, and an index that is not negative. */
  public Device {
    if (!isName(type) || index < 0) {
      throw new IllegalArgumentException(
          "device '" + type + ":" + index + "' is not a name and an index; write cpu or cuda:0");
    }
  }

  /** Of letters; without a regular expression, since a start waits for it. */
  private static boolean isName(String type) {
    for (int i = 0; i < type.length(); i++) {
      if (type.charAt(i) < 'a' || type.charAt(i) > 'z') {
        return false;
      }
    }
    return !type.isEmpty();
  }

  /**
   * {@return the CUDA device of that ordinal}
   *
   * {@snippet :
   * Device second = Device.cuda(1);
   * }
   *
   * @param index the ordinal, from 0, as {@code CUDA_VISIBLE_DEVICES} leaves them
   * @throws IllegalArgumentException if it is negative
   */
  public static Device cuda(int index) {
    return new Device("cuda", index);
  }

  /**
   * {@return the device that is written {@code cpu}, {@code cuda} (the first) or {@code cuda:1}} It
   * need not be there, nor a backend of that name.
   *
   * {@snippet :
   * Device device = Device.parse("cpu");
   * }
   *
   * @param text {@code cpu}, {@code cuda} or {@code cuda:N}
   * @throws IllegalArgumentException if it is no name, or a name and an index
   */
  public static Device parse(String text) {
    if (!text.matches("[a-z]+(:[0-9]{1,4})?")) {
      throw new IllegalArgumentException(
          "device '" + text + "' is not a device; write cpu, cuda or cuda:0");
    }
    int colon = text.indexOf(':');
    return colon < 0
        ? new Device(text, 0)
        : new Device(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  // By hand, since a record's own are spun when first called, at a cost of 17 ms to a start.

  @Override
  public boolean equals(Object other) {
    return other instanceof Device device && index == device.index && type.equals(device.type);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + index;
  }

  /** {@code cpu}, or the type and index as {@code cuda:0}. */
  @Override
  public String toString() {
    return equals(CPU) ? type : type + ":" + index;
  }
}
