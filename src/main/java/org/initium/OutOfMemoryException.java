// SPDX-License-Identifier: Apache-2.0
package org.initium;

import org.initium.text.Text;

/**
 * A device could not give the memory asked for.
 *
 * @since 0.1.0
 */
public class OutOfMemoryException extends InitiumException {
  private static final long serialVersionUID = 1;

  /**
   * Memory that the device has not got; the message has all the numbers.
   *
   * @param device where
   * @param asked bytes that were asked for
   * @param free bytes that are free
   * @param total bytes that there are in all
   */
  public OutOfMemoryException(Device device, long asked, long free, long total) {
    super(
        Text.message(
            "out of memory on %s: asked for %d bytes, %d of %d are free",
            device, asked, free, total));
  }
}
