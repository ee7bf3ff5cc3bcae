// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.text.Text;

/**
 * What a tensor of a new file is to be.
 *
 * @param name its name
 * @param shape its sizes
 * @param type its element type
 * @param savedOffsets where its first element is in the whole tensor, if it is a slice of one, for
 *     trainers that put it together
 * @since 0.1.0
 */
public record TensorSpec(
    String name, Shape shape, StoredType type, Optional<List<Long>> savedOffsets) {
  /**
   * A tensor as a whole.
   *
   * @param name its name
   * @param shape its sizes
   * @param dtype its element type
   */
  public TensorSpec(String name, Shape shape, DType dtype) {
    this(name, shape, StoredType.of(dtype), Optional.empty());
  }

  /**
   * A tensor of that name.
   *
   * @throws IllegalArgumentException if the format has no such name, or the size has more than 63
   *     bits
   */
  public TensorSpec {
    checkName(name);
    bytes(shape, type);
  }

  /**
   * Checks that a header can have a tensor of that name.
   *
   * @param name of the tensor
   * @throws IllegalArgumentException if it is empty, the one that stands for metadata, or no text
   *     in UTF-8: half of a surrogate pair
   */
  public static void checkName(String name) {
    if (name.isEmpty() || name.equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("'" + name + "' cannot be the name of a tensor");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException(
          Text.message(
              "'%s' cannot be the name of a tensor: it has half of a surrogate pair, which UTF-8"
                  + " has not",
              name));
    }
  }

  /** {@return its size in bytes} */
  public long bytes() {
    return bytes(shape, type);
  }

  private static long bytes(Shape shape, StoredType type) {
    try {
      return Math.multiplyExact(shape.numel(), type.bits()) / 8;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape " + shape + " in " + type.display() + " has more than 2^63 - 1 bits", e);
    }
  }
}
