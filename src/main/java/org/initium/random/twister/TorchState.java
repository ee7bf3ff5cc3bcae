// SPDX-License-Identifier: Apache-2.0
package org.initium.random.twister;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.initium.text.Text;

/**
 * The state of PyTorch's generator of the CPU as bytes: what {@code torch.get_rng_state()} gives
 * and {@code torch.set_rng_state} takes (at::CPUGeneratorImplState of CPUGeneratorImpl.cpp), in
 * little-endian order.
 *
 * @param block the twister's words before tempering, and how many of them have been drawn
 * @param normal what the last draw of one value left behind; NaN if nothing
 */
public record TorchState(long seed, Mt19937.Block block, double normal) {
  private static final int BYTES = 5056;
  private static final int NORMAL =
      24 + Twister.STATE * Long.BYTES; // x, y, rho, and which is valid
  private static final int SINGLE = NORMAL + 32; // a float and whether it is valid

  /**
   * Reads bytes.
   *
   * @throws IllegalArgumentException if they are no such state
   */
  public static TorchState parse(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          Text.message(
              "a state of PyTorch's CPU generator has %d bytes and not %d; take it by"
                  + " torch.get_rng_state()",
              BYTES, bytes.length));
    }
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long seed = from.getLong();
    int left = from.getInt();
    int seeded = from.getInt();
    long next = from.getLong();
    boolean starts = left == 1 && next == 0;
    check(seeded == 1, "it is not seeded");
    check(
        starts || next > 0 && next <= Twister.STATE && left == Twister.STATE + 1 - next,
        Text.message("%d words left and the next at %d do not fit", left, next));
    check(
        bytes[SINGLE + Float.BYTES] == 0,
        "a normal in binary32 is left, which PyTorch leaves none");
    int[] words = new int[Twister.STATE];
    for (int i = 0; i < words.length; i++) {
      long word = from.getLong();
      check(word >>> Integer.SIZE == 0, Text.message("word %d has more than 32 bits", i));
      words[i] = (int) word;
    }
    boolean valid = from.getInt(NORMAL + 24) != 0;
    double normal = valid ? from.getDouble(NORMAL + 8) : Double.NaN;
    check(!valid || Double.isFinite(normal), Text.message("the normal that is left is %s", normal));
    return new TorchState(seed, new Mt19937.Block(words, (int) next), normal);
  }

  private static void check(boolean right, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(
          "these bytes are no state of PyTorch's CPU generator: " + wrong);
    }
  }

  /** {@return the bytes} */
  public byte[] bytes() {
    ByteBuffer to = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(seed);
    to.putInt(block.drawn() == 0 ? 1 : Twister.STATE + 1 - block.drawn());
    to.putInt(1);
    to.putLong(block.drawn());
    for (int word : block.words()) {
      to.putLong(Integer.toUnsignedLong(word));
    }
    if (normal == normal) {
      to.putDouble(NORMAL + 8, normal);
      to.putInt(NORMAL + 24, 1);
    }
    return to.array();
  }
}
