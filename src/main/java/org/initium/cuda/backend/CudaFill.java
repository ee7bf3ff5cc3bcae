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
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;

/**
 * How a fill reaches the device, by what it is and by whose numbers; or why it cannot be captured.
 */
final class CudaFill {
  private static final String MADE_ON_THE_HOST = "its numbers are made on the host";

  private CudaFill() {}

  /** Queues a fill; the caller runs on the device's thread. */
  static void enqueue(FillTarget target, Fill.Elementary fill, Generator generator) {
    // What is wrong is found before the generator moves.
    refuseCapture(target, fill, generator);
    if (fill instanceof Fill.ByIndex) {
      new HostFill(target, Generator.philox(0)).fill(fill); // which draws nothing
      return;
    }
    if (fill instanceof Fill.Orthogonal orthogonal) {
      orthogonal.checkSize(target.tensor().whole());
    }
    switch (generator) {
      case PhiloxGenerator philox when isOfWholeNumbers(target, fill) ->
          new HostFill(target, philox).fill(fill);
      case PhiloxGenerator philox -> {
        long start = philox.take(fill.words(target.tensor().whole(), target.dtype()));
        launch(target, fill, philox.seed(), start);
      }
      case TorchCpuGenerator torch -> fillWithTorch(target, fill, torch);
      case TorchCudaGenerator torch ->
          fillWithTorch(target, fill, torch.on(target.gpu().geometry()));
    }
  }

  /**
   * Throws, before anything is touched, if the fill would spoil a graph that it is captured into,
   * or one that another stream captures.
   */
  private static void refuseCapture(FillTarget target, Fill.Elementary fill, Generator generator) {
    boolean captured = target.stream().isCaptured();
    String reason = captured ? reasonNotToCapture(target, fill, generator) : null;
    if (reason != null) {
      target.stream().refuseCapture(fill + " with " + generator, reason);
    }
  }

  private static String reasonNotToCapture(
      FillTarget target, Fill.Elementary fill, Generator generator) {
    if (fill instanceof Fill.Orthogonal matrix
        && !JoinedMatrices.take(target.gpu(), matrix, target.tensor().whole(), target.dtype())) {
      return "cuSOLVER does not say that its calls can be";
    }
    if (fill instanceof Fill.ByIndex || isOfWholeNumbers(target, fill)) {
      return MADE_ON_THE_HOST;
    }
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      return null;
    }
    return switch (generator) {
      case PhiloxGenerator _ ->
          ElementFill.isByCurand(fill) ? "cuRAND's generator is shared with other fills" : null;
      case TorchCpuGenerator _ -> MADE_ON_THE_HOST;
      case TorchCudaGenerator _ -> TorchElementFill.fits(target, fill) ? null : MADE_ON_THE_HOST;
    };
  }

  /**
   * PyTorch's numbers are made on the host and copied, but for the uniforms and normals of its CUDA
   * generator in one run of memory; what draws none is the same as with ours.
   */
  private static void fillWithTorch(FillTarget target, Fill.Elementary fill, Generator generator) {
    if (fill.words(target.tensor().whole(), target.dtype()) == 0) {
      launch(target, fill, 0, 0);
    } else if (generator instanceof TorchCudaGenerator torch
        && TorchElementFill.fits(target, fill)) {
      launching(target, fill, () -> TorchElementFill.fill(target, fill, torch));
    } else {
      new HostFill(target, generator).fill(fill);
    }
  }

  private static void launching(FillTarget target, Fill.Elementary fill, Runnable launches) {
    target.stream().state().remember(target.tensor(), fill);
    target.stream().enqueue(List.of((CudaStorage) target.tensor().storage()), launches);
  }

  /** Launches the kernels of a fill, if there is anything to be filled. */
  private static void launch(FillTarget target, Fill.Elementary fill, long seed, long start) {
    if (target.tensor().shape().numel() > 0) {
      launching(target, fill, () -> kernels(target, fill, seed, start));
    }
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

  private static boolean isOfWholeNumbers(FillTarget target, Fill.Elementary fill) {
    return fill instanceof Fill.PerElement && target.dtype().isInteger();
  }
}
