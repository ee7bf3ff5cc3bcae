// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.TensorContent;

/** Where in its stream each part of each tensor begins. */
final class StreamStarts {
  private final Generator generator;
  private final GeneratorSharing drawing;
  private final Device device;

  /** Of the tensors of a generator that is someone else's sequence: they draw in turn. */
  private final Map<String, List<Generator>> inOrder = new HashMap<>();

  /** Those of all tensors of a plan, whose order is that in which they draw. */
  StreamStarts(Plan plan, Generator generator, GeneratorSharing drawing, Device device) {
    this.generator = generator;
    this.drawing = drawing;
    this.device = device;
    if (drawing == GeneratorSharing.IN_ORDER) {
      for (PlannedTensor tensor : plan.tensors()) {
        inOrder.put(tensor.name(), read(tensor));
      }
    }
  }

  /** Whether all draw from our own streams, of whatever names and seeds. */
  boolean isPhilox() {
    return generator instanceof PhiloxGenerator;
  }

  /** Where the parts of a tensor begin. */
  List<Generator> of(PlannedTensor tensor) {
    List<Generator> known = inOrder.get(tensor.name());
    return known == null ? read(tensor) : known;
  }

  private List<Generator> read(PlannedTensor tensor) {
    Generator own = tensor.draw().generator(generator, drawing, tensor.name());
    List<Generator> starts = new ArrayList<>();
    for (TensorContent.Part part : tensor.parts()) {
      starts.add(own.copy());
      if (drawing == GeneratorSharing.IN_ORDER || starts.size() < tensor.parts().size()) {
        skip(part, tensor.dtype(), own); // nobody asks where a fork ends
      }
    }
    return starts;
  }

  /**
   * Moves a generator past a part. How many words PyTorch draws only its fill knows, and that of a
   * region without rows draws them all and writes nothing.
   */
  private void skip(TensorContent.Part part, DType dtype, Generator generator) {
    Shape shape = part.region().shape();
    if (shape.numel() == 0) {
      return;
    }
    if (isPhilox()) {
      generator.advance(part.init().fill(shape).words(shape, dtype));
      return;
    }
    Shape empty = shape.rank() == 0 ? shape : shape.with(0, 0);
    try (Tensor nothing = Tensor.empty(empty, dtype, device)) {
      nothing.shardOf(shape, new long[shape.rank()]).fill(part.init(), generator);
    }
  }
}
