// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  /**
   * Python: {@code struct.unpack("<Q", hashlib.sha256(struct.pack("<Q", seed % 2**64) +
   * name.encode()).digest()[:8])[0]}.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | h.0.attn.weight | 1699162771322362479",
        "42 | wte.weight | 7561379540233858284",
        "18446744073709551615 | größe | 2152683669300033501",
        "9223372036854775808 | x | 15655234122452510775",
        "7 | '' | 6424735547165501610",
      })
  void forkIsSha256OfSeedAndName(String seed, String name, String forked) {
    Generator fork = Generator.philox(Long.parseUnsignedLong(seed), 12).fork(name);
    assertEquals("philox(seed=" + forked + ", offset=0)", fork.toString());
  }

  @Test
  void nothingGoesBackwardsAndHalfACharacterIsNoName() {
    PhiloxGenerator generator = Generator.philox(1, 8);
    assertThrows(IllegalArgumentException.class, () -> generator.take(-4));
    assertEquals(8, generator.offset());
    assertThrows(IllegalArgumentException.class, () -> generator.fork("\ud800"));
    assertThrows(IllegalArgumentException.class, () -> Generator.torchCpu(1).fork("a\udc00"));
  }

  @Test
  void takesWordsInOrder() {
    PhiloxGenerator generator = Generator.philox(1, 8);
    assertEquals(8, generator.take(4));
    PhiloxGenerator copy = generator.copy();
    assertEquals(12, generator.take(1));
    assertEquals(13, generator.offset());
    assertEquals(12, copy.offset(), "a copy moves on its own");
    assertEquals("philox(seed=1, offset=13)", generator.toString());
    assertEquals("philox(seed=18446744073709551615, offset=0)", Generator.philox(-1).toString());
  }

  /** What PyTorch's generator of the CPU draws for uniforms in f32 is a word each. */
  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu", "torch-cuda(sms=1, threads=256)"})
  void advancingIsFilling(String kind) {
    Generator filled = Generator.parse(kind, 5);
    Generator advanced = Generator.parse(kind, 5);
    try (Tensor first = Tensor.empty(Shape.of(1024), DType.F32);
        Tensor second = Tensor.empty(Shape.of(1024), DType.F32)) {
      first.fill(Init.uniform(), filled);
      advanced.advance(kind.startsWith("torch-cuda") ? 1024 / 256 : 1024);
      first.fill(Init.uniform(), filled);
      second.fill(Init.uniform(), advanced);
      assertEquals(-1, first.segment().mismatch(second.segment()));
    }
    assertThrows(IllegalArgumentException.class, () -> advanced.advance(-4));
    long most = Long.MAX_VALUE - 3; // a multiple of 4
    assertThrows(
        IllegalArgumentException.class,
        () -> {
          advanced.advance(most);
          advanced.advance(most);
        });
  }

  @Test
  void theStreamEnds() {
    PhiloxGenerator generator = Generator.philox(1, Long.MAX_VALUE - 4);
    assertEquals(Long.MAX_VALUE - 4, generator.take(4));
    assertEquals(
        "the generator at offset 9223372036854775807 has no 4 words left of its 2^63",
        assertThrows(IllegalStateException.class, () -> generator.take(4)).getMessage());
    assertEquals(
        "offset = -1 is not allowed; it must be 0 or more",
        assertThrows(IllegalArgumentException.class, () -> Generator.philox(1, -1)).getMessage());
  }

  /** Elements times words per element, rounded up to a multiple of 4. */
  @ParameterizedTest
  @CsvSource({
    "normal, f32, '5', 8",
    "normal, bf16, '4', 4",
    "normal, f64, '5', 262152",
    "uniform, f64, '262144', 524288",
    "uniform, f64, '262145', 786436",
    "uniform, f16, '', 4",
    "trunc_normal, f64, '2,3', 262152",
    "zeros, f32, '100', 0",
    "eye, f32, '10,10', 0",
    "orthogonal, f32, '3,5', 16",
    "sparse(0.5), f32, '3,5', 76",
    "sparse(0.5), f64, '3,5', 262220",
    "sparse(0.5), f32, '65537,1', 147496",
    "delta_orthogonal, f32, '3,2,3,3', 8",
    "icnr(normal), f32, '8,3,3,3', 56",
    "zero, f32, '8,3,3,3', 0",
    "normal, f32, '0,5', 0",
  })
  void wordsOfAFill(String init, String dtype, String shape, long words) {
    Shape whole = Shape.parse(shape);
    assertEquals(words, Init.parse(init).fill(whole).words(whole, DType.parse(dtype)));
  }

  /** One region without elements of a matrix too long to permute; nothing is written. */
  @Test
  void whatIsWrongIsFoundBeforeTorchsGeneratorMoves() {
    TorchCpuGenerator generator = Generator.torchCpu(5);
    try (Tensor none = Tensor.empty(Shape.of(0, 1), DType.F32)) {
      Tensor region = none.shardOf(Shape.of(Integer.MAX_VALUE - 4, 1), 0, 0);
      assertThrows(
          IllegalArgumentException.class, () -> region.fill(Init.parse("sparse(0.5)"), generator));
    }
    assertEquals(Generator.torchCpu(5).engine().nextLong(), generator.engine().nextLong());
  }

  private static Generator sent(Generator generator) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(generator);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (Generator) in.readObject();
    }
  }

  private static long next(Generator generator, Init init) {
    try (Tensor tensor = Tensor.empty(Shape.of(5, 3), DType.F32)) {
      tensor.fill(init, generator);
      return tensor.segment().asByteBuffer().hashCode();
    }
  }

  /** In the middle of their numbers, with a normal left over, and what is drawn on the host. */
  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu", "torch-cpu(version=2.10)", "torch-cuda(gpu=A100)"})
  void whatIsSentGoesOn(String kind) throws Exception {
    Generator here = Generator.parse(kind, -5);
    next(here, Init.normal());
    next(here, Init.sparse(0.5));
    Generator there = sent(here);
    assertEquals(here.toString(), there.toString());
    for (Init init : List.of(Init.uniform(), Init.sparse(0.5), Init.normal())) {
      assertEquals(next(here.copy(), init), next(there.copy(), init), init.toString());
    }
    next(there, Init.uniform());
    assertEquals(next(sent(here), Init.normal()), next(here, Init.normal()), "moves on its own");
  }

  @Test
  void whatIsReadIsInTheStream() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(Generator.philox(5, 0x0123456789abcdefL));
    }
    ByteBuffer broken = ByteBuffer.wrap(bytes.toByteArray());
    for (int at = 0; at + Long.BYTES <= broken.limit(); at++) {
      if (broken.getLong(at) == 0x0123456789abcdefL) {
        broken.putLong(at, -4);
      }
    }
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(broken.array()))) {
      assertEquals(
          "offset = -4 is no place in a stream of words",
          assertThrows(InvalidObjectException.class, in::readObject).getMessage());
    }
  }
}
