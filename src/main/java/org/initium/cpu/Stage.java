package org.initium.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.initium.Tensor;

/**
 * Memory of a thread's own from which values are copied to tensors larger than caches. An ordinary
 * store reads the line that it is going to write; HotSpot's copy of {@link #BYTES} or more does
 * not, where vectors have 512 bits: its stores are non-temporal, the only ones that Java has.
 */
final class Stage {
  /**
   * The least that HotSpot copies with non-temporal stores (its stub's {@code large_threshold}).
   */
  static final int BYTES = 2621440;

  /** Tensors up to this may stay in a cache for whoever reads them next. */
  private static final long LARGE = 64 << 20;

  private static final ThreadLocal<MemorySegment> OWN =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES + Block.SLACK * 4L, 4096));

  private Stage() {}

  /** Whether a tensor is better written through a stage. */
  static boolean pays(Tensor tensor) {
    return tensor.isContiguous() && bytes(tensor) > LARGE && Copies.NON_TEMPORAL;
  }

  /** This thread's, {@link #BYTES} long. */
  static MemorySegment own() {
    return OWN.get();
  }

  /** Copies what a stage begins with to an address. */
  static void copy(MemorySegment stage, long bytes, long address) {
    MemorySegment.copy(stage, 0, Store.MEMORY, address, bytes);
  }

  /** Computes a contiguous tensor's values piece by piece. */
  static void write(Tensor tensor, Values values, Team team) {
    long bytes = tensor.dtype().bytes();
    long storage = tensor.storage().address();
    long skipped = tensor.layout().memoryOffset() * bytes;
    long piece = BYTES / bytes;
    team.share(
        tensor.shape().numel(),
        piece,
        (begin, end, block) -> {
          MemorySegment stage = own();
          for (long from = begin; from < end; from += piece) {
            long to = Math.min(from + piece, end);
            long place = skipped + from * bytes;
            new Region(tensor, stage.address() - place).fill(from, to, values, block);
            copy(stage, (to - from) * bytes, storage + place);
          }
        });
  }

  private static long bytes(Tensor tensor) {
    return tensor.shape().numel() * tensor.dtype().bytes();
  }

  /** Asked for the first large tensor, since it loads the management classes. */
  private static final class Copies {
    static final boolean NON_TEMPORAL = vectorBytes().equals("64");

    private static String vectorBytes() {
      try {
        var machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return machine.getVMOption("MaxVectorSize").getValue();
      } catch (IllegalArgumentException e) {
        return "unknown"; // another virtual machine, or one without the option
      }
    }
  }
}
