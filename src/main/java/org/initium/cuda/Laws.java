package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.law.Truncated32;
import org.initium.law.Truncated64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;

/** The laws' parameters as the kernels take them: in double, which holds those of every dtype. */
final class Laws {
  private Laws() {}

  /**
   * {@code low + u * range}, clamped to the values of the dtype in [a, b). The bounds are not -0,
   * so that comparisons treat them as min and max do, which tell zeros apart by sign.
   */
  record Uniform(double low, double range, double least, double greatest) {
    static Uniform of(Fill.Uniform fill, DType dtype) {
      if (dtype == DType.F64) {
        Uniform64 law = Uniform64.of(fill);
        return new Uniform(law.lo(), law.range(), law.lo() + 0.0, law.high() + 0.0);
      }
      Uniform32 law = Uniform32.of(fill, dtype);
      return new Uniform(law.lo(), law.range(), law.low() + 0.0, law.high() + 0.0);
    }
  }

  /**
   * A table of the inverse distribution function, and the values of the dtype that bound [a, b].
   *
   * @param table its address on the device
   */
  record Truncated(long table, double least, double greatest) {
    static Truncated of(Fill.TruncatedNormal fill, Target target) {
      Tables tables = target.gpu().tables();
      if (target.dtype() == DType.F64) {
        MemorySegment table = MemorySegment.ofArray(Truncated64.of(fill).table());
        long address = tables.address(new Tables.Key(fill, true), table, target.stream());
        return new Truncated(address, fill.a(), fill.b());
      }
      Truncated32 law = Truncated32.of(fill, target.dtype());
      MemorySegment table = MemorySegment.ofArray(law.table());
      long address = tables.address(new Tables.Key(fill, false), table, target.stream());
      return new Truncated(address, law.low(), law.high());
    }
  }
}
