// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.drill;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Gpus;
import org.initium.initializer.Init;
import org.initium.random.Generator;

/**
 * The drill's fifth part: the numbers that bench/gpu/torch_numbers.py had of PyTorch on this GPU
 * against ours, element by element; a line of JSON for each case. Arguments: the folder with its
 * cases.tsv, and the kind of generator (torch-cuda if absent).
 */
final class DrillTorch {
  private static final int CHUNK = 1 << 24;

  /**
   * A tensor that PyTorch made.
   *
   * @param init in our words; each tensor is filled twice, by one generator
   * @param kind all: the bytes of both fills; sha256: of each 2^24 elements of the first; every:
   *     the bytes of each so-many-th element of the first
   * @param tolerance of an element, before rounding to the dtype; 0 for every bit
   */
  private record Case(
      String init, Shape shape, DType dtype, long seed, String kind, double tolerance, Path file) {
    static Case of(String line, Path folder) {
      String[] f = line.split("\t");
      long[] sizes = Arrays.stream(f[1].split(",")).mapToLong(Long::parseLong).toArray();
      return new Case(
          f[0],
          Shape.of(sizes),
          DType.valueOf(f[2].toUpperCase(Locale.ROOT)),
          Long.parseLong(f[3]),
          f[4],
          Double.parseDouble(f[5]),
          folder.resolve(f[6]));
    }
  }

  private long compared;
  private long different;
  private long bitsDifferent;
  private double furthest;
  private String first = "";

  private DrillTorch() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    String kind = arguments.length > 1 ? arguments[1] : "torch-cuda";
    List<String> lines = Files.readAllLines(folder.resolve("cases.tsv"));
    for (String line : lines) {
      Case one = Case.of(line, folder);
      DrillTorch result = new DrillTorch();
      String failed = "";
      try {
        result.compare(one, Generator.parse(kind, one.seed));
      } catch (RuntimeException e) {
        failed =
            ", \"failed\": \""
                + String.valueOf(e.getMessage()).replaceAll("[\"\\\\\\s]+", " ")
                + "\"";
      }
      System.out.printf(
          Locale.ROOT,
          "{\"init\": \"%s\", \"shape\": \"%s\", \"dtype\": \"%s\", \"kind\": \"%s\", \"compared\":"
              + " %d, \"bits_differ\": %d, \"beyond_tolerance\": %d, \"largest_difference\": %s,"
              + " \"first\": \"%s\"%s}%n",
          one.init,
          one.shape,
          one.dtype,
          one.kind,
          result.compared,
          result.bitsDifferent,
          result.different,
          result.furthest,
          result.first,
          failed);
    }
    Gpus.release();
  }

  private void compare(Case one, Generator generator) throws IOException {
    try (Tensor tensor = Tensor.empty(one.shape, one.dtype, Device.cuda(0));
        FileChannel file = FileChannel.open(one.file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment theirs = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
      String[] kind = one.kind.split(":");
      int fills = kind[0].equals("all") ? 2 : 1;
      for (int fill = 0; fill < fills; fill++) {
        tensor.fill(Init.parse(one.init), generator);
        try (Tensor read = tensor.toCpu()) {
          switch (kind[0]) {
            case "all" -> {
              long bytes = read.segment().byteSize();
              each(one, read.segment(), theirs.asSlice(fill * bytes, bytes), 1);
            }
            case "every" -> each(one, read.segment(), theirs, Long.parseLong(kind[1]));
            default -> digests(one, read.segment(), Files.readAllLines(one.file));
          }
        }
      }
    }
  }

  private void each(Case one, MemorySegment ours, MemorySegment theirs, long step) {
    DType dtype = one.dtype;
    long n = theirs.byteSize() / dtype.bytes();
    for (long i = 0; i < n; i++) {
      double a = dtype.get(ours, i * step);
      double b = dtype.get(theirs, i);
      compared++;
      if (Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b)) {
        continue;
      }
      bitsDifferent++;
      double difference = Math.abs(a - b);
      double rounding = one.tolerance == 0 ? 0 : Math.abs(b) * dtype.epsilon();
      furthest = Math.max(furthest, difference);
      if (!(difference <= one.tolerance + rounding)) {
        if (different++ == 0) {
          first = "element " + i * step + ": " + a + ", PyTorch's is " + b;
        }
      }
    }
  }

  private void digests(Case one, MemorySegment ours, List<String> theirs) {
    long chunkBytes = (long) CHUNK * one.dtype.bytes();
    for (int i = 0; i < theirs.size(); i++) {
      long from = i * chunkBytes;
      long bytes = Math.min(chunkBytes, ours.byteSize() - from);
      compared += bytes / one.dtype.bytes();
      if (!digest(ours.asSlice(from, bytes)).equals(theirs.get(i))) {
        bitsDifferent++;
        if (different++ == 0) {
          first = "in the elements from " + (long) i * CHUNK + " on";
        }
      }
    }
  }

  private static String digest(MemorySegment bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(bytes.asByteBuffer());
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
