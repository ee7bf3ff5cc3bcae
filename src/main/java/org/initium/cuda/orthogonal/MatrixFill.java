// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.DeviceLocal;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Leases;
import org.initium.cuda.device.SolverOutcome;
import org.initium.cuda.driver.Kernels;
import org.initium.cuda.fill.ElementFill;
import org.initium.cuda.fill.FillTarget;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/**
 * Queues orthogonal fills: one kernel for matrices that a block of threads can hold; for others
 * normals straight into the column-major tall matrix, cuSOLVER's geqrf and orgqr on it (or
 * reflectors of our own and orgqr), and one kernel for sign, gain, transpose and rounding. The
 * 16-bit types are factorized in f32.
 */
public final class MatrixFill {
  private static final DeviceLocal<Leases<SolverWorkspace>> SOLVERS =
      new DeviceLocal<>(gpu -> new Leases<>(gpu, true, SolverWorkspace::destroy));

  private MatrixFill() {}

  public static void fill(FillTarget target, Fill.Orthogonal fill, long seed, long start) {
    if (JoinedMatrices.take(target.gpu(), fill, target.tensor().whole(), target.dtype())) {
      small(target, fill, seed, start);
    } else {
      large(target, fill, seed, start);
    }
  }

  /** A launch for each part of the tensor, of which there are seldom two. */
  private static void small(FillTarget target, Fill.Orthogonal fill, long seed, long start) {
    for (MatrixPart part : MatrixPart.of(target, fill)) {
      try (JoinedMatrices one = new JoinedMatrices(target.dtype())) {
        one.add(part, seed, start);
        one.launch(target.gpu().kernels(), target.stream());
      }
    }
  }

  private static void large(FillTarget target, Fill.Orthogonal fill, long seed, long start) {
    Gpu gpu = target.gpu();
    CudaStream stream = target.stream();
    SolverOutcome outcome =
        new SolverOutcome(gpu.slots(), target.tensor(), fill + " of " + target.tensor().shape());
    try {
      SOLVERS
          .of(gpu)
          .use(
              stream,
              _ -> true,
              () -> SolverWorkspace.of(gpu),
              lease -> {
                lease.thing().begin(stream);
                enqueue(target, fill, seed, start, lease.thing());
                lease.thing().end(stream, outcome);
              });
    } catch (RuntimeException e) {
      outcome.settle();
      throw e;
    }
    stream.watch(outcome);
  }

  private static void enqueue(
      FillTarget target, Fill.Orthogonal fill, long seed, long start, SolverWorkspace solver) {
    DType dtype = target.dtype().computedIn();
    Shape whole = target.tensor().whole();
    int first = (int) fill.rows(whole);
    int rest = (int) (whole.numel() / first);
    int rows = Math.max(first, rest);
    int columns = Math.min(first, rest);
    SolverWorkspace.Plan plan = solver.plan(dtype, rows, columns, target.stream());
    Cusolver.Matrix matrix = plan.matrix();
    ElementFill.gaussian(target, dtype, matrix.address(), rows, columns, seed, start);
    switch (fill.method()) {
      case QR -> {
        solver.cusolver().geqrf(matrix, plan.room(), solver.info());
        factor(target, "signs", columns, plan);
      }
      case HOUSEHOLDER -> factor(target, "reflectors", (long) columns * Kernels.THREADS, plan);
    }
    solver.cusolver().orgqr(matrix, plan.room(), solver.info() + Integer.BYTES);
    for (KernelRegion region : target.regions()) {
      Parameters parameters = region.parameters();
      parameters.add(matrix.address()).add((long) rows);
      parameters.add(whole.numel()).add((long) rest).add(first >= rest ? 1L : 0L);
      parameters.add(plan.signs()).add(solver.info()).add(dtype.round(fill.gain()));
      target.launch("finish", region, parameters);
    }
  }

  private static void factor(
      FillTarget target, String kernel, long items, SolverWorkspace.Plan plan) {
    Cusolver.Matrix matrix = plan.matrix();
    Parameters parameters = new Parameters();
    parameters.add(matrix.address()).add((long) matrix.rows()).add((long) matrix.columns());
    parameters.add(matrix.tau()).add(plan.signs());
    target.launch(kernel, matrix.dtype(), items, parameters);
  }
}
