package org.initium.cpu;

import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/** Makes the values that are computed in binary32, which most tensors are made of. */
interface Engine extends WordSource {
  /** The values of a uniform fill whose first word is {@code start}. */
  Values uniform(Uniform32 law, long seed, long start);

  /** The values of a normal fill. */
  Values normal(Normal32 law, long seed, long start);

  /** The values of a truncated normal fill. */
  Values truncated(Truncated32 law, long seed, long start);
}
