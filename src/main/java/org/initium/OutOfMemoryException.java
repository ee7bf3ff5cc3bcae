package org.initium;

import org.initium.text.Text;

/** A device could not give the memory asked for. */
public class OutOfMemoryException extends InitiumException {
  private static final long serialVersionUID = 1;

  /** States what was asked for, what is free, what there is in all, and where. */
  public OutOfMemoryException(Device device, long asked, long free, long total) {
    super(
        Text.message(
            "out of memory on %s: asked for %d bytes, %d of %d are free",
            device, asked, free, total));
  }
}
