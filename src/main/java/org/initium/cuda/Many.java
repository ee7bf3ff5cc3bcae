package org.initium.cuda;

import java.util.ArrayList;
import java.util.List;
import org.initium.DType;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** Small tensors of one dtype that a launch of kernels/many.cu fills: its struct Many. */
final class Many extends Joined {
  /** As many as the parameters of a launch have room for. */
  static final int PIECES = 56;

  private static final long PIECE_BYTES = 72;

  /** The kernel's number of constants. */
  static final int CONSTANT = 0;

  private final DType dtype;
  private final List<DeviceLaw> laws = new ArrayList<>();
  private int pieces;
  private long mostItems;

  Many(DType dtype) {
    this.dtype = dtype;
  }

  /** The kernel's number of a law. */
  static int number(DeviceLaw law) {
    return 1 + law.law().family().ordinal();
  }

  boolean isFull() {
    return pieces == PIECES;
  }

  /** Adds a tensor that is one run of less than 2^32 elements; the law's own fields follow. */
  Parameters add(KernelRegion run, int law, long seed, long start) {
    mostItems = Math.max(mostItems, run.items());
    return parameters()
        .seek(PIECE_BYTES * pieces++)
        .add(run.memory())
        .add(run.start())
        .add(run.length() | (long) law << Integer.SIZE)
        .add(start)
        .add(seed);
  }

  /** Keeps a law and its table on the device until the launch is queued. */
  void keep(DeviceLaw law) {
    laws.add(law);
  }

  @Override
  void launch(Kernels kernels, CudaStream stream) {
    laws.forEach(law -> law.usedBy(stream));
    kernels.launchEach("many_" + dtype, mostItems, pieces, parameters(), stream);
  }

  @Override
  public void close() {
    laws.forEach(DeviceLaw::close);
    super.close();
  }
}
