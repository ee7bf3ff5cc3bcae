// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import java.util.Optional;
import org.initium.io.Checkpoint;

/** A tensor and its statistics, which types without a dtype of ours have not. */
public record InspectedTensor(Checkpoint.Entry entry, Optional<TensorStatistics> statistics) {
  public String name() {
    return entry.tensor().name();
  }
}
