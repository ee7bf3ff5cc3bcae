// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where the files of a checkpoint go: a local folder, a file system of a cluster. Files only grow
 * at their end, and nobody sees them before {@link #commit}; so attempts at a file may be made
 * twice, side by side, and given up.
 *
 * @since 0.1.0
 */
public interface Output extends AutoCloseable {
  /** A file in the making, written from its first byte to its last. */
  interface Attempt extends AutoCloseable {
    /**
     * Writes all the bytes behind those that were written before.
     *
     * @param bytes from its position to its limit
     * @throws java.io.IOException if they cannot be written
     */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Makes what was written durable; the attempt can be committed from now on.
     *
     * @throws java.io.IOException if that cannot be done
     */
    void finish() throws IOException;

    /** Ends the writing; an attempt that is not finished cannot be committed. */
    @Override
    void close() throws IOException;
  }

  /**
   * A finished attempt and the name that it gets.
   *
   * @param piece of what it is an attempt
   * @param attempt which of them
   * @param name its name beside the others, without a folder
   */
  record Named(String piece, String attempt, String name) {}

  /**
   * Begins an attempt at a piece, which is a file.
   *
   * @param piece tells the file from the others: letters, digits, hyphens
   * @param attempt tells the attempt from others at that file, of the same
   * @return the attempt, empty
   * @throws IOException if there is such an attempt already, or it cannot be made
   */
  Attempt create(String piece, String attempt) throws IOException;

  /**
   * Gives finished attempts their names, in this order. Readers begin with the last, the index or
   * the one file: until it has its name they find what was there before, whole, and then all this.
   *
   * @param files which there are, the index last
   * @throws java.io.IOException if one cannot get its name
   */
  void commit(List<Named> files) throws IOException;

  /** Removes whatever is not committed. */
  @Override
  void close() throws IOException;
}
