package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.kernel.Parameters;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
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

    void addTo(Parameters parameters) {
      parameters.add(low).add(range).add(least).add(greatest);
    }
  }

  /** {@code mean + z * std}. */
  record Normal(double mean, double std) {
    static Normal of(Fill.Normal fill, DType dtype) {
      if (dtype == DType.F64) {
        Normal64 law = Normal64.of(fill);
        return new Normal(law.mean(), law.std());
      }
      Normal32 law = Normal32.of(fill);
      return new Normal(law.mean(), law.std());
    }

    void addTo(Parameters parameters) {
      parameters.add(mean).add(std);
    }
  }

  /**
   * A table of the inverse distribution function, and the values of the dtype that bound [a, b].
   *
   * @param table on the device; to be closed once the fill is queued
   */
  record Truncated(Tables.Lease table, double least, double greatest) implements AutoCloseable {
    static Truncated of(Fill.TruncatedNormal fill, Target target) {
      Tables tables = target.gpu().tables();
      if (target.dtype() == DType.F64) {
        Truncated64 law = Truncated64.of(fill);
        MemorySegment values = MemorySegment.ofArray(law.table());
        Tables.Key key = new Tables.Key(fill, true);
        return new Truncated(tables.lease(key, values), law.low(), law.high());
      }
      Truncated32 law = Truncated32.of(fill, target.dtype());
      MemorySegment values = MemorySegment.ofArray(law.table());
      Tables.Key key = new Tables.Key(fill, false);
      return new Truncated(tables.lease(key, values), law.low(), law.high());
    }

    void addTo(Parameters parameters) {
      parameters.add(table.address()).add(least).add(greatest);
    }

    @Override
    public void close() {
      table.close();
    }
  }
}
