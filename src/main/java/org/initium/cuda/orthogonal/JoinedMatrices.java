// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import java.util.HashMap;
import java.util.Map;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.driver.Kernels;
import org.initium.cuda.fill.JoinedLaunch;

/**
 * Orthogonal matrices of one dtype that a launch of kernels/orthogonals.cu fills, each by a block
 * of threads in its shared memory: its struct Orthogonals.
 */
public final class JoinedMatrices extends JoinedLaunch {
  /** As many as the parameters of a launch have room for. */
  static final int MATRICES = 112;

  /** What they may differ in: shape, gain, method, place in a larger tensor. */
  static final int KINDS = 8;

  private static final long KIND_BYTES = 64;
  private static final long MATRIX_BYTES = 32;
  private static final int LONGEST = 128;

  private final DType dtype;
  private final Map<MatrixPart.Kind, Integer> kinds = new HashMap<>();
  private int matrices;
  private int sharedBytes;

  public JoinedMatrices(DType dtype) {
    this.dtype = dtype;
  }

  /**
   * Whether matrices of that size are made so, all others being cuSOLVER's: for one device a matter
   * of nothing else, so that parts of a matrix have the bits of the whole.
   */
  public static boolean take(Gpu gpu, Fill.Orthogonal fill, Shape whole, DType dtype) {
    long height = fill.rows(whole);
    long width = whole.numel() / height;
    int rows = (int) Math.min(LONGEST + 1, Math.max(height, width));
    int columns = (int) Math.min(LONGEST, Math.min(height, width));
    return rows <= LONGEST
        && sharedBytes(rows, columns, dtype) <= gpu.sharedBytes() - Kernels.SHARED_DECLARED;
  }

  private static int sharedBytes(int rows, int columns, DType dtype) {
    return (rows | 1) * columns * (dtype.isWide() ? Double.BYTES : Float.BYTES);
  }

  public boolean hasRoomFor(MatrixPart part) {
    return matrices < MATRICES && (kinds.size() < KINDS || kinds.containsKey(part.kind()));
  }

  public void add(MatrixPart part, long seed, long start) {
    int kind = kinds.computeIfAbsent(part.kind(), this::addKind);
    parameters()
        .seek(KINDS * KIND_BYTES + MATRIX_BYTES * matrices++)
        .add(part.memory())
        .add(start)
        .add(seed)
        .add((long) kind);
  }

  private int addKind(MatrixPart.Kind kind) {
    kind.addTo(parameters().seek(KIND_BYTES * kinds.size()));
    sharedBytes = Math.max(sharedBytes, sharedBytes(kind.rows(), kind.columns(), dtype));
    return kinds.size();
  }

  @Override
  protected void launch(Kernels kernels, CudaStream stream) {
    kernels.launchBlocks(
        "orthogonals_" + dtype, matrices, sharedBytes, parameters(), stream.handle());
  }
}
