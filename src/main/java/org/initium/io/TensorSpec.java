package org.initium.io;

import org.initium.DType;
import org.initium.Shape;

/** What a tensor of a new file is to be: its name, shape and element type. */
public record TensorSpec(String name, Shape shape, DType dtype) {
  /** Its size in bytes. */
  public long bytes() {
    return StoredTensor.bytes(StoredType.of(dtype), shape);
  }
}
