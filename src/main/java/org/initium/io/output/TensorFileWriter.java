// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.initium.io.SafetensorsHeader;
import org.initium.io.StoredTensor;
import org.initium.text.Text;

/**
 * Writes a safetensors file from its first byte to its last, and hashes it on the way.
 *
 * @since 0.1.0
 */
public final class TensorFileWriter {
  /** Writes of more than this are split, so that the JDK's view of a segment has an int size. */
  private static final long PIECE = 1 << 30;

  private final SafetensorsHeader header;
  private final Output.Attempt attempt;
  private final Optional<MessageDigest> digest;
  private int tensor;
  private long position; // in that tensor

  /**
   * Begins a file with its header.
   *
   * @param header what is in the file
   * @param attempt where it goes
   * @throws java.io.IOException if the header cannot be written
   */
  public TensorFileWriter(SafetensorsHeader header, Output.Attempt attempt) throws IOException {
    this(header, attempt, true);
  }

  /** Begins a file, which need not be hashed: that takes as long as to make the values. */
  TensorFileWriter(SafetensorsHeader header, Output.Attempt attempt, boolean hashed)
      throws IOException {
    this.header = header;
    this.attempt = attempt;
    this.digest = hashed ? Optional.of(sha256()) : Optional.empty();
    write(ByteBuffer.wrap(header.encode()));
    skipWhatIsFull();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    digest.ifPresent(sha256 -> sha256.update(bytes.duplicate()));
    attempt.write(bytes);
  }

  private void skipWhatIsFull() {
    while (!isFull() && position == next().bytes()) {
      tensor++;
      position = 0;
    }
  }

  /** {@return whether all tensors have all their bytes} */
  public boolean isFull() {
    return tensor == header.tensors().size();
  }

  private StoredTensor next() {
    return header.tensors().get(tensor);
  }

  /**
   * Writes the next bytes of a tensor.
   *
   * @param offset where in the tensor, in bytes: where the last write ended
   * @param name of the tensor
   * @param bytes in the tensor's dtype, little endian
   * @throws java.io.IOException if they cannot be written
   * @throws IllegalArgumentException if other bytes are next, or the tensor has not so many
   */
  public void write(String name, long offset, MemorySegment bytes) throws IOException {
    if (bytes.byteSize() == 0) {
      return;
    }
    if (isFull()
        || !next().name().equals(name)
        || offset != position
        || bytes.byteSize() > next().bytes() - offset) {
      throw new IllegalArgumentException(
          Text.message(
              "%d bytes at %d of tensor '%s' are not next: %s",
              bytes.byteSize(), offset, name, expected()));
    }
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      write(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
    }
    position += bytes.byteSize();
    skipWhatIsFull();
  }

  private String expected() {
    return isFull()
        ? "all tensors are written"
        : Text.message(
            "at most %d at %d of '%s' are", next().bytes() - position, position, next().name());
  }

  /**
   * Ends the file.
   *
   * @throws java.io.IOException if the rest cannot be written
   * @return its SHA-256; nothing where it is not hashed
   * @throws IllegalStateException if bytes of a tensor are missing
   */
  public byte[] finish() throws IOException {
    if (!isFull()) {
      throw new IllegalStateException("there is more to write: " + expected());
    }
    attempt.finish();
    return digest.map(MessageDigest::digest).orElse(new byte[0]);
  }
}
