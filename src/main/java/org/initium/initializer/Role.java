// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

/** What a weight does in a network of growing width, for {@code mup_normal}. */
enum Role {
  /** Its fan_in does not grow with the width. */
  INPUT,
  /** Both its fans grow. */
  HIDDEN,
  /** Its fan_in grows, its fan_out does not. */
  OUTPUT;

  /**
   * Table 3 of Yang et al. 2022, "Tensor Programs V": variances 1, 1/m and 1/m^2 for the width
   * multiplier m.
   */
  double std(double std, double multiplier) {
    return switch (this) {
      case INPUT -> std;
      case HIDDEN -> std / Math.sqrt(multiplier);
      case OUTPUT -> std / multiplier;
    };
  }
}
