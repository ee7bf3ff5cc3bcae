// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Shape;
import org.initium.text.Text;

/**
 * The element types of the safetensors format (0.8), named as its headers write them.
 *
 * @since 0.1.0
 */
public enum StoredType {
  /** A truth value in a byte. */
  BOOL(8),
  /** Two in a byte: sign, 2 bits of exponent, 1 of mantissa (OCP E2M1). */
  F4(4),
  /** Sign, 2 bits of exponent, 3 of mantissa, without padding. */
  F6_E2M3(6),
  /** Sign, 3 bits of exponent, 2 of mantissa, without padding. */
  F6_E3M2(6),
  /** Unsigned byte. */
  U8(8),
  /** Signed byte. */
  I8(8),
  /** OCP's E5M2: with infinities and NaN. */
  F8_E5M2(8),
  /** OCP's E4M3: without infinities, one NaN of each sign. */
  F8_E4M3(8),
  /** E5M2 without infinities and without a negative zero. */
  F8_E5M2FNUZ(8),
  /** E4M3 without infinities and without a negative zero. */
  F8_E4M3FNUZ(8),
  /** A power of two, as the scale of a block. */
  F8_E8M0(8),
  /** Signed 16 bits. */
  I16(16),
  /** Unsigned 16 bits. */
  U16(16),
  /** IEEE's binary16. */
  F16(16),
  /** The upper half of binary32. */
  BF16(16),
  /** Signed 32 bits. */
  I32(32),
  /** Unsigned 32 bits. */
  U32(32),
  /** IEEE's binary32. */
  F32(32),
  /** A complex number of two binary32. */
  C64(64),
  /** IEEE's binary64. */
  F64(64),
  /** Signed 64 bits. */
  I64(64),
  /** Unsigned 64 bits. */
  U64(64);

  private final int bits;

  StoredType(int bits) {
    this.bits = bits;
  }

  /** {@return the bits of an element; those of 4 and 6 are packed} */
  public int bits() {
    return bits;
  }

  private static final Map<String, StoredType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(StoredType::name, type -> type));

  private static final Map<StoredType, DType> FILLED =
      Arrays.stream(DType.values()).collect(Collectors.toMap(StoredType::of, dtype -> dtype));

  /**
   * {@return the type of that name in a header, if there is one}
   *
   * @param name as a header has it, in capitals
   */
  public static Optional<StoredType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /**
   * {@return how an element type that we fill is stored}
   *
   * @param dtype any of ours
   */
  public static StoredType of(DType dtype) {
    return switch (dtype) {
      case F32 -> F32;
      case F64 -> F64;
      case F16 -> F16;
      case BF16 -> BF16;
      case F8_E4M3FN -> F8_E4M3; // the format's names leave the fn out
      case F8_E5M2 -> F8_E5M2;
      case I8 -> I8;
      case I16 -> I16;
      case I32 -> I32;
      case I64 -> I64;
      case U8 -> U8;
      case BOOL -> BOOL;
    };
  }

  /** {@return the name for people: that of the element type that we fill, or the header's} */
  public String display() {
    return dtype().map(DType::toString).orElseGet(this::toString);
  }

  /**
   * {@return the element type whose elements are copied for those of this type, bit for bit} Itself
   * where we fill it; bytes for those of less than one.
   */
  public DType carrier() {
    return dtype()
        .orElseGet(
            () ->
                switch (bits) {
                  case 16 -> DType.I16;
                  case 32 -> DType.I32;
                  case 64 -> DType.I64;
                  default -> DType.U8;
                });
  }

  /**
   * {@return the shape of a tensor in elements of the carrier}
   *
   * @param shape in elements of this type
   * @throws IllegalArgumentException if those of the last dimension are not whole bytes
   */
  public Shape carried(Shape shape) {
    return resized(shape, bits, carrier().bytes() * Byte.SIZE);
  }

  /**
   * {@return the shape of a tensor in elements of this type}
   *
   * @param carried in elements of the carrier
   * @throws IllegalArgumentException if those of the last dimension are not whole elements
   */
  public Shape shown(Shape carried) {
    return resized(carried, carrier().bytes() * Byte.SIZE, bits);
  }

  private Shape resized(Shape shape, int from, int to) {
    if (from == to) {
      return shape;
    }
    int last = shape.rank() - 1;
    if (last < 0 || shape.size(last) * from % to != 0) {
      throw new IllegalArgumentException(
          Text.message(
              "%s of shape %s: %d bits of the last dimension are not whole elements of %d",
              this, shape, last < 0 ? from : shape.size(last) * from, to));
    }
    return shape.with(last, shape.size(last) * from / to);
  }

  /** {@return the element type that we fill, if this is one} */
  public Optional<DType> dtype() {
    return Optional.ofNullable(FILLED.get(this));
  }
}
