// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static jcuda.jcurand.JCurand.*;

import jcuda.JCudaVersion;
import jcuda.Pointer;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.jcurand.curandStatus;
import jcuda.runtime.cudaStream_t;
import org.initium.DType;
import org.initium.cuda.CudaException;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.library.Jcuda;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;

/**
 * A generator of cuRAND's host API, on the device whose context was current when it was made: the
 * one class that knows JCuda's binding of it. For one caller at a time.
 */
public final class Curand {
  private final String where;
  private final CudaOptions.CurandGenerator type;
  private final curandGenerator generator = new curandGenerator();

  /**
   * Makes a generator.
   *
   * @throws org.initium.DeviceUnavailableException if the library is not there
   */
  public Curand(String where, CudaOptions.CurandGenerator type) {
    Libraries.load(Library.CURAND);
    Jcuda.start(JCudaVersion.get(), "JCurand", JCurand::initialize);
    this.where = where;
    this.type = type;
    check("curandCreateGenerator", curandCreateGenerator(generator, number(type)));
  }

  private static int number(CudaOptions.CurandGenerator type) {
    return switch (type) {
      case PHILOX4_32_10 -> curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10;
      case XORWOW -> curandRngType.CURAND_RNG_PSEUDO_XORWOW;
      case MRG32K3A -> curandRngType.CURAND_RNG_PSEUDO_MRG32K3A;
      case MTGP32 -> curandRngType.CURAND_RNG_PSEUDO_MTGP32;
      case MT19937 -> curandRngType.CURAND_RNG_PSEUDO_MT19937;
    };
  }

  private void check(String call, int status) {
    if (status != curandStatus.CURAND_STATUS_SUCCESS) {
      throw new CudaException(call, status, Jcuda.named(curandStatus.stringFor(status)), "", where);
    }
  }

  private static Pointer at(long address) {
    return Driver.at(address, new Pointer());
  }

  CudaOptions.CurandGenerator type() {
    return type;
  }

  /** What comes next is the sequence of a seed from a place on, queued on a stream. */
  public void start(long stream, long seed, long offset) {
    check("curandSetStream", curandSetStream(generator, Driver.at(stream, new cudaStream_t())));
    if (type.skips()) {
      seed(seed);
      check("curandSetGeneratorOffset", curandSetGeneratorOffset(generator, offset));
    } else {
      seed(~seed); // the seed that it has already would be ignored, and it would go on where it was
      seed(seed);
    }
  }

  private void seed(long seed) {
    check(
        "curandSetPseudoRandomGeneratorSeed", curandSetPseudoRandomGeneratorSeed(generator, seed));
  }

  /** Queues 32-bit words. */
  void words(long target, long n) {
    check("curandGenerate", curandGenerate(generator, at(target), n));
  }

  /** Queues numbers in (0, 1]. */
  public void uniforms(DType dtype, long target, long n) {
    if (dtype.isWide()) {
      check("curandGenerateUniformDouble", curandGenerateUniformDouble(generator, at(target), n));
    } else {
      check("curandGenerateUniform", curandGenerateUniform(generator, at(target), n));
    }
  }

  /** Queues an even number of standard normals. */
  public void normals(DType dtype, long target, long n) {
    if (dtype.isWide()) {
      check(
          "curandGenerateNormalDouble", curandGenerateNormalDouble(generator, at(target), n, 0, 1));
    } else {
      check("curandGenerateNormal", curandGenerateNormal(generator, at(target), n, 0, 1));
    }
  }

  public void destroy() {
    new Driver(where)
        .twice(() -> check("curandDestroyGenerator", curandDestroyGenerator(generator)));
  }
}
