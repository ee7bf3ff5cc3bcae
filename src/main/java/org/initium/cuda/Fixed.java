package org.initium.cuda;

import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;

/** Queues the fills that nothing is random in. */
final class Fixed {
  private Fixed() {}

  static void constant(Target target, double value) {
    for (Region each : target.regions()) {
      Region region = each.anywhere();
      try (Parameters parameters = new Parameters()) {
        region.addTo(parameters);
        parameters.add(target.bits(value));
        target.launchOfSize("constant", region, parameters);
      }
    }
  }

  static void hadamard(Target target, Fill.Hadamard fill) {
    for (Region region : target.regions()) {
      try (Parameters parameters = new Parameters()) {
        region.addTo(parameters);
        parameters.add(target.tensor().whole().size(1));
        parameters.add(target.dtype().round(fill.scale()));
        target.launch("hadamard", region, parameters);
      }
    }
  }

  static void eye(Target target, Fill.Eye fill) {
    constant(target, 0);
    diagonal(target, target.tensor().whole().size(0), fill.gain());
  }

  static void dirac(Target target, Fill.Dirac fill) {
    constant(target, 0);
    diagonal(target, target.tensor().whole().size(0) / fill.groups(), 1);
  }

  /** Element [c, c mod period, middle...] of the whole gets the value, where the region has it. */
  private static void diagonal(Target target, long period, double value) {
    Tensor tensor = target.tensor();
    Shape shape = tensor.shape();
    long[] origin = tensor.origin();
    long offset = tensor.memoryOffset();
    for (int d = 2; d < shape.rank(); d++) {
      long centre = tensor.whole().size(d) / 2 - origin[d];
      if (centre < 0 || centre >= shape.size(d)) {
        return;
      }
      offset += centre * tensor.stride(d);
    }
    try (Parameters parameters = new Parameters()) {
      parameters
          .add(tensor.storage().address() + offset * tensor.dtype().bytes())
          .add(target.bits(value))
          .add((long) tensor.dtype().bytes())
          .add(origin[0])
          .add(shape.size(0))
          .add(period)
          .add(origin[1])
          .add(shape.size(1))
          .add(tensor.stride(0))
          .add(tensor.stride(1));
      target
          .gpu()
          .kernels()
          .launch("diagonal", "diagonal", shape.size(0), parameters, target.stream());
    }
  }
}
