// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;

/**
 * Our side of src/test/python/torch_fuzz.py: reads calls from standard input and answers each with
 * the tensor's bytes in hex. {@code seed N} starts a generator; {@code fill, expression, dtype,
 * shape, cuts}, with tabs between, fills a tensor or a view of one, a cut being {@code dimension,
 * start, step, count}; {@code state} answers with a uniform and a normal.
 */
final class TorchReplay {
  private TorchReplay() {}

  public static void main(String[] arguments) throws IOException {
    Generator generator = Generator.torchCpu(0);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split("\t", -1);
      if (line.startsWith("seed ")) {
        generator = Generator.torchCpu(Long.parseUnsignedLong(line.substring(5)));
      } else if (line.equals("state")) {
        System.out.println(
            filled(Init.uniform(), DType.F32, Shape.of(1), "", generator)
                + filled(Init.normal(), DType.F32, Shape.of(1), "", generator));
      } else {
        Init init = Init.parse(words[1]);
        System.out.println(
            filled(init, DType.parse(words[2]), Shape.parse(words[3]), words[4], generator));
      }
      System.out.flush();
    }
  }

  private static String filled(
      Init init, DType dtype, Shape base, String cuts, Generator generator) {
    try (Tensor tensor = Tensor.empty(base, dtype)) {
      Tensor view = tensor;
      for (String cut : cuts.isEmpty() ? new String[0] : cuts.split(";")) {
        long[] n = Arrays.stream(cut.split(",")).mapToLong(Long::parseLong).toArray();
        view = view.every((int) n[0], n[1], n[2]).narrow((int) n[0], 0, n[3]);
      }
      view.fill(init, generator);
      return hex(view);
    }
  }

  private static String hex(Tensor view) {
    int bytes = view.dtype().bytes();
    byte[] all = new byte[Math.toIntExact(view.shape().numel() * bytes)];
    MemorySegment memory = view.storage().segment();
    long[] index = new long[view.shape().rank()];
    for (int i = 0; i < all.length; i += bytes) {
      long at = view.memoryOffset();
      for (int d = 0; d < index.length; d++) {
        at += index[d] * view.stride(d);
      }
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at * bytes, all, i, bytes);
      for (int d = index.length - 1; d >= 0 && ++index[d] == view.shape().size(d); d--) {
        index[d] = 0;
      }
    }
    return HexFormat.of().formatHex(all);
  }
}
