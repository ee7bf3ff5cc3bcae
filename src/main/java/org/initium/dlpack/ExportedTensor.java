// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

/**
 * A struct that another library may take: the address of a {@code DLManagedTensorVersioned} or a
 * {@code DLManagedTensor}. Who takes it calls its deleter when done; {@link #close} is for when
 * nobody has taken it.
 *
 * @since 0.1.0
 */
public final class ExportedTensor implements AutoCloseable {
  private final long address;

  ExportedTensor(long address) {
    this.address = address;
  }

  /**
   * {@return the struct's address, for {@code PyCapsule_New}, {@code fromDLPack} and their like}
   */
  public long address() {
    return address;
  }

  /** Deletes a struct that nobody has taken; to be left out where it was handed on. */
  @Override
  public void close() {
    Exports.remove(address);
  }
}
