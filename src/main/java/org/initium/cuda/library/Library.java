// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import java.util.List;

/**
 * A shared library of NVIDIA's.
 *
 * @param names the file names that will do, the best first; no other major version has what we call
 */
public record Library(List<String> names) {
  public static final Library DRIVER = new Library("libcuda.so.1");
  public static final Library CURAND = new Library("libcurand.so.10");

  /** The cuSOLVER of CUDA 11 and 12, which JCuda's natives ask for. */
  public static final String CUSOLVER_11 = "libcusolver.so.11";

  private static final Library CUSOLVER = new Library(CUSOLVER_11, "libcusolver.so.12");
  private static final Library CUSOLVER_BEFORE_13 = new Library(CUSOLVER_11);
  private static final int CUDA_13 = 13000;

  Library(String... names) {
    this(List.of(names));
  }

  /**
   * cuSOLVER for a driver. CUDA 13's works under drivers for CUDA 13 alone; the one before under
   * both, and comes first.
   */
  public static Library cusolver(int driverVersion) {
    return driverVersion < CUDA_13 ? CUSOLVER_BEFORE_13 : CUSOLVER;
  }

  boolean isDriver() {
    return equals(DRIVER);
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return String.join(" or ", names);
  }

  /** What a library needs loaded before it, as far as it is there. */
  static List<String> needed(String name) {
    return switch (name) {
      case CUSOLVER_11 ->
          List.of(
              "libnvJitLink.so.12",
              "libcublasLt.so.12",
              "libcublas.so.12",
              "libcusparse.so.12",
              "libcublasLt.so.11",
              "libcublas.so.11",
              "libcusparse.so.11");
      case "libcusolver.so.12" ->
          List.of(
              "libnvJitLink.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcusparse.so.12");
      default -> List.of();
    };
  }

  /** What JCuda's natives ask for beside it. */
  static List<String> beside(String name) {
    return name.equals(CUSOLVER_11) ? List.of("libcusolverMg.so.11") : List.of();
  }
}
