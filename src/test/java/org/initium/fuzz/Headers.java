// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Seeds for files of safetensors. */
final class Headers {
  static final List<String> SEEDS =
      List.of(
          "{}",
          "  {\"__metadata__\":{\"format\":\"pt\",\"k\":\"v\"}}  ",
          "{\"__metadata__\":null,\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
          "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
              + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
          "{\"b\":{\"data_offsets\":[6,8],\"shape\":[1,1],\"dtype\":\"BF16\"},"
              + "\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]}}",
          "{\"z\":{\"dtype\":\"F64\",\"shape\":[0,5],\"data_offsets\":[0,0]},"
              + "\"y\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"more\":[1,{\"x\":2.5}]}}",
          "{\"q\":{\"dtype\":\"F4\",\"shape\":[16],\"data_offsets\":[0,8]}}",
          "{\"q\":{\"dtype\":\"F8_E4M3FNUZ\",\"shape\":[2,2,2],\"data_offsets\":[0,8]}}",
          "{\"\\u00e9\\n\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]},"
              + "\"\":{\"dtype\":\"I8\",\"shape\":[5],\"data_offsets\":[3,8]}}");

  static final List<String> WORDS =
      List.of(
          "\"dtype\":\"F32\",",
          "\"shape\":[0],",
          "\"data_offsets\":[0,8]",
          "\"__metadata__\":{",
          "\"F8_E8M0\"",
          "\"a\":",
          "[0,8]",
          "[8,8]",
          "4611686018427387904",
          "[1,2,4]",
          "\"C64\"",
          "\"BOOL\"",
          "\"\\u0000\"",
          "\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[8,8]},",
          "true",
          "\t",
          "\n",
          "1.0",
          "0");

  private Headers() {}

  /** A file of that header and eight bytes of tensors. */
  static byte[] file(byte[] header) {
    return ByteBuffer.allocate(8 + header.length + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }
}
