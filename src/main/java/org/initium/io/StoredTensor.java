// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.Serializable;
import org.initium.Shape;

/**
 * A tensor in a safetensors file.
 *
 * @param name its name
 * @param type its element type
 * @param shape its sizes
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 * @since 0.1.0
 */
public record StoredTensor(String name, StoredType type, Shape shape, long begin, long end)
    implements Serializable {
  /** {@return its size in bytes} */
  public long bytes() {
    return end - begin;
  }
}
