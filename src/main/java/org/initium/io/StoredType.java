package org.initium.io;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.initium.DType;

/** The element types of the safetensors format (0.8), named as its headers write them. */
public enum StoredType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E5M2FNUZ(8),
  F8_E4M3FNUZ(8),
  F8_E8M0(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  StoredType(int bits) {
    this.bits = bits;
  }

  /** Size of an element. */
  public int bits() {
    return bits;
  }

  private static final Map<String, StoredType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(StoredType::name, type -> type));

  /** The type of that name in a header, if there is one. */
  public static Optional<StoredType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** How an element type that we fill is stored. */
  public static StoredType of(DType dtype) {
    return valueOf(dtype.name());
  }

  /** The element type that we fill, if this is one: floating point of 16 bits or more. */
  public Optional<DType> dtype() {
    return Arrays.stream(DType.values()).filter(type -> type.name().equals(name())).findFirst();
  }
}
