// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.util.ArrayList;
import java.util.List;
import org.initium.DType;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.driver.Kernels;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** Small tensors of one dtype that a launch of kernels/many.cu fills: its struct Many. */
public final class JoinedElements extends JoinedLaunch {
  /** As many as the parameters of a launch have room for. */
  public static final int PIECES = 56;

  private static final long PIECE_BYTES = 72;

  /** The kernel's number of constants. */
  public static final int CONSTANT = 0;

  private final DType dtype;
  private final List<DeviceLaw> laws = new ArrayList<>();
  private int pieces;
  private long mostItems;

  public JoinedElements(DType dtype) {
    this.dtype = dtype;
  }

  /** The kernel's number of a law. */
  public static int number(DeviceLaw law) {
    return 1 + law.family().ordinal();
  }

  public boolean isFull() {
    return pieces == PIECES;
  }

  /** Adds a tensor that is one run of less than 2^32 elements; the law's own fields follow. */
  public Parameters add(KernelRegion run, int law, long seed, long start) {
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
  public void keep(DeviceLaw law) {
    laws.add(law);
  }

  @Override
  protected void launch(Kernels kernels, CudaStream stream) {
    laws.forEach(law -> law.usedBy(stream));
    kernels.launchEach("many_" + dtype, mostItems, pieces, parameters(), stream.handle());
  }

  @Override
  public void close() {
    laws.forEach(DeviceLaw::close);
    super.close();
  }
}
