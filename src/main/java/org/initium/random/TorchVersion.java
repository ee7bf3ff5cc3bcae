// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import org.initium.text.Text;

/**
 * Whose numbers PyTorch's generator of the CPU gives: versions differ in f16 and bf16, where older
 * ones draw as many bits as the type has and compute in it, and in truncated normals.
 *
 * @since 0.1.0
 */
public enum TorchVersion {
  /** 2.4 to 2.10. */
  UP_TO_2_10("2.10"),
  /** 2.13. */
  FROM_2_13("2.13");

  private final String name;

  TorchVersion(String name) {
    this.name = name;
  }

  /**
   * The numbers of a version.
   *
   * {@snippet :
   * TorchVersion older = TorchVersion.of("2.10");
   * }
   *
   * @param version as {@code torch.__version__} has it: {@code 2.7}, {@code 2.10.0}, {@code
   *     2.13.0+cpu}
   * @return which numbers they are
   * @throws IllegalArgumentException if they are not known
   */
  public static TorchVersion of(String version) {
    String[] parts = version.split("[.+]", 3);
    if (parts.length >= 2 && parts[0].equals("2") && parts[1].matches("[0-9]{1,3}")) {
      int minor = Integer.parseInt(parts[1]);
      if (minor >= 4 && minor <= 10) {
        return UP_TO_2_10;
      }
      if (minor == 13) {
        return FROM_2_13;
      }
    }
    throw new IllegalArgumentException(
        Text.message(
            "version = %s is not allowed; it must be one of PyTorch's from 2.4 to 2.10, or 2.13:"
                + " f16 and bf16 changed in between",
            version));
  }

  /** The version as an expression has it. */
  @Override
  public String toString() {
    return name;
  }
}
