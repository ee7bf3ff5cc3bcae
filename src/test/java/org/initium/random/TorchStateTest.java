// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * PyTorch's states, out and in. The hashes are PyTorch 2.13.0's:
 *
 * <pre>
 * torch.manual_seed(2**40 + 5); torch.empty(n).uniform_()
 * hashlib.sha256(bytes(torch.get_rng_state().numpy())).hexdigest()
 * </pre>
 */
class TorchStateTest {
  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 28262c8d68755e7959e95294c9f4c5818f015dc006501109e9c1e5d0b878a2da",
    "1, af503aff5a882b89cc5e13e9ec5c20f7d9821ad51a0f4841a27c77dff9445a8a",
    "15, 4aacfb0f36cec4ee3a2370b41edc30658d6602d5de7a117b2009395c58ad1257",
    "623, 6c66c6f6e0a5fc673695247663061dcbbfd8e8330633b6c34bc08903edf1ffba",
    "624, 56af0b8d51386e409e4e0f46dbb7f3a1a0695389da7c4ad42c9371e5ef8bddb9",
    "625, 76da0eedf03ffdf707b6704bd2588d4db91e6fde37a301664fce2752d20bcd46",
    "1248, 506b1c3b1352c20bd4cbcad11d434090f1f2f2f3b5d7a968a26794fd6644f4d8",
    "2047, fcb77b975863d63b07ec2ee9023ee7eac07467adf4d4690024a90151f4428e40",
    "2048, a5218392efcd1d59860373871289fff4e30b6c3018bc8f1955b8bca0b0c288c4",
    "2049, 09d7cb9dc7ba314c3cb8008fe44cdf0d732088e7fa949c1f16096d5ee9435a61",
    "2672, 44c154a6402def5c21b2850cd54221b732da91d26678b1df83c962bda88d3937",
    "5000, faf3a7eb77e942fd5aab4cb964eab7020153c1f14536fc1b4f277e06936e1bd8",
    "1100000, dd2575b23602c4dec3454a0f184829170f24faeea4f87325373955ff1d356d7f"
  })
  void isPyTorchs(int words, String hash) throws Exception {
    TorchCpuGenerator drawn = Generator.torchCpu((1L << 40) + 5);
    drawn.engine().nextInts(MemorySegment.ofArray(new int[words]), words);
    assertEquals(hash, sha256(drawn.state()));
    TorchCpuGenerator skipped = Generator.torchCpu((1L << 40) + 5);
    skipped.advance(words);
    assertEquals(hash, sha256(skipped.state()), "of words not made yet");
    assertEquals(hash, sha256(TorchCpuGenerator.ofState(drawn.state()).state()), "in and out");
  }

  /** {@code torch.manual_seed(7); torch.empty(3, dtype=torch.float64).normal_()} */
  @Test
  void hasTheNormalThatIsLeft() throws Exception {
    TorchCpuGenerator generator = Generator.torchCpu(7);
    try (Tensor three = Tensor.empty(Shape.of(3), DType.F64)) {
      three.fill(Init.normal(), generator);
    }
    byte[] state = generator.state();
    assertEquals("5dc20bbdc68dede503c2fd3be8c61c03e0ba6fb7884c5665b6b65dea69a927c5", sha256(state));
    assertEquals(
        generator.engine().takeNormal(), TorchCpuGenerator.ofState(state).engine().takeNormal());
  }

  @Test
  void goesOnFromAnyPlace() {
    Random random = new Random(3);
    TorchCpuGenerator generator = Generator.torchCpu(11);
    for (int i = 0; i < 300; i++) {
      if (random.nextBoolean()) {
        generator.advance(random.nextInt(1 << random.nextInt(22)));
      }
      int count = random.nextInt(1 << random.nextInt(13));
      generator.engine().nextInts(MemorySegment.ofArray(new int[count]), count);
      byte[] state = generator.state();
      TorchCpuGenerator other = TorchCpuGenerator.ofState(state);
      assertArrayEquals(state, other.state());
      int[] expected = new int[3000];
      int[] actual = new int[3000];
      generator.copy().engine().nextInts(MemorySegment.ofArray(expected), expected.length);
      other.engine().nextInts(MemorySegment.ofArray(actual), actual.length);
      assertArrayEquals(expected, actual);
      assertEquals(generator.seed(), other.seed());
      generator = random.nextBoolean() ? TorchCpuGenerator.ofState(state) : generator;
    }
  }

  private static void assertRefused(byte[] state, String words) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> TorchCpuGenerator.ofState(state))
            .getMessage();
    assertTrue(message.contains(words), message);
  }

  private static byte[] with(int at, int value) {
    byte[] state = Generator.torchCpu(1).state();
    state[at] = (byte) value;
    return state;
  }

  @Test
  void otherBytesAreRefused() {
    assertRefused(new byte[16], "5056 bytes and not 16");
    assertRefused(new byte[5056], "not seeded");
    assertRefused(with(8, 7), "7 words left and the next at 0");
    assertRefused(with(16, 5), "1 words left and the next at 5");
    assertRefused(with(24 + 7, 1), "word 0 has more than 32 bits");
    assertRefused(with(5052, 1), "binary32");
    byte[] endless = with(5016 + 24, 1);
    endless[5016 + 8 + 7] = 0x7f;
    endless[5016 + 8 + 6] = (byte) 0xf0;
    assertRefused(endless, "the normal that is left is Infinity");
  }
}
