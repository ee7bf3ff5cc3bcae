// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.util.List;
import org.initium.Fill;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.fill.ElementFill;
import org.initium.cuda.fill.FillTarget;
import org.initium.cuda.fill.FixedFill;
import org.initium.cuda.fill.SparseFill;
import org.initium.cuda.fill.TorchElementFill;
import org.initium.cuda.orthogonal.JoinedMatrices;
import org.initium.cuda.orthogonal.MatrixFill;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCudaGenerator;

/**
 * How a fill reaches the device, by what it is and by whose numbers; or why it cannot be captured.
 */
final class CudaFill {
  /** Who makes a fill's numbers. */
  private enum Maker {
    KERNELS(null),
    TORCH_KERNELS(null),
    CURAND("cuRAND's generator is shared with other fills"),
    CUSOLVER("cuSOLVER does not say that its calls can be"),
    HOST("its numbers are made on the host");

    private final String notCaptured;

    Maker(String notCaptured) {
      this.notCaptured = notCaptured;
    }
  }

  private CudaFill() {}

  /** Queues a fill; the caller runs on the device's thread. */
  static void enqueue(FillTarget target, Fill.Elementary fill, Generator generator) {
    Maker maker = maker(target, fill, generator);
    // What is wrong is found before the generator moves. Another stream's capture would be spoilt.
    if (target.stream().isCaptured() && maker.notCaptured != null) {
      target.stream().refuseCapture(fill + " with " + generator, maker.notCaptured);
    }
    if (fill instanceof Fill.Orthogonal orthogonal) {
      orthogonal.checkSize(target.tensor().whole());
    }
    switch (maker) {
      case HOST -> new HostFill(target, onHost(target, fill, generator)).fill(fill);
      case TORCH_KERNELS -> {
        TorchCudaGenerator torch = ((TorchCudaGenerator) generator).on(target.gpu().geometry());
        launch(target, fill, () -> TorchElementFill.fill(target, fill, torch));
      }
      case KERNELS, CURAND, CUSOLVER -> {
        // With another generator it draws nothing.
        PhiloxGenerator own = generator instanceof PhiloxGenerator p ? p : Generator.philox(0);
        long start = own.take(words(target, fill));
        if (target.tensor().shape().numel() > 0) {
          launch(target, fill, () -> kernels(target, fill, own.seed(), start));
        }
      }
    }
  }

  /**
   * PyTorch's numbers are made on the host and copied, but for the uniforms and normals of its CUDA
   * generator in one run of memory; what draws none is the same as with ours.
   */
  private static Maker maker(FillTarget target, Fill.Elementary fill, Generator generator) {
    boolean ofWholeNumbers = fill instanceof Fill.PerElement && target.dtype().isInteger();
    if (fill instanceof Fill.ByIndex || ofWholeNumbers) {
      return Maker.HOST;
    }
    if (words(target, fill) > 0 && !(generator instanceof PhiloxGenerator)) {
      return generator instanceof TorchCudaGenerator && TorchElementFill.fits(target, fill)
          ? Maker.TORCH_KERNELS
          : Maker.HOST;
    }
    if (fill instanceof Fill.Orthogonal matrix
        && !JoinedMatrices.take(target.gpu(), matrix, target.tensor().whole(), target.dtype())) {
      return Maker.CUSOLVER;
    }
    return ElementFill.isByCurand(fill) ? Maker.CURAND : Maker.KERNELS;
  }

  private static long words(FillTarget target, Fill.Elementary fill) {
    return fill.words(target.tensor().whole(), target.dtype());
  }

  private static Generator onHost(FillTarget target, Fill.Elementary fill, Generator generator) {
    if (fill instanceof Fill.ByIndex) {
      return Generator.philox(0); // which draws nothing
    }
    return generator instanceof TorchCudaGenerator torch
        ? torch.on(target.gpu().geometry())
        : generator;
  }

  private static void launch(FillTarget target, Fill.Elementary fill, Runnable launches) {
    target.stream().state().remember(target.tensor(), fill);
    target.stream().enqueue(List.of((CudaStorage) target.tensor().storage()), launches);
  }

  private static void kernels(FillTarget target, Fill.Elementary fill, long seed, long start) {
    switch (fill) {
      case Fill.Constant constant -> FixedFill.constant(target, constant.value());
      case Fill.Eye eye -> FixedFill.eye(target, eye);
      case Fill.Hadamard hadamard -> FixedFill.hadamard(target, hadamard);
      case Fill.ByIndex _ -> throw new AssertionError("made on the host");
      case Fill.PerElement elements -> ElementFill.fill(target, elements, seed, start);
      case Fill.Sparse sparse -> SparseFill.fill(target, sparse, seed, start);
      case Fill.Orthogonal orthogonal -> MatrixFill.fill(target, orthogonal, seed, start);
    }
  }
}
