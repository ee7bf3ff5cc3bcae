package org.initium.recipe;

import java.util.List;
import org.initium.Shape;
import org.initium.initializer.Init;

/** What the values of a planned tensor are. */
public sealed interface Content {
  /**
   * Drawn, one part after the other; where parts meet, the later one counts.
   *
   * @param parts together all of the tensor
   */
  record Drawn(List<Part> parts) implements Content {
    /** Makes the list immutable. */
    public Drawn {
      parts = List.copyOf(parts);
    }

    /** All of a tensor by one initialiser. */
    public static Drawn of(Shape shape, Init init) {
      return new Drawn(List.of(new Part(Region.all(shape), init)));
    }
  }

  /** A region of a tensor with an initialiser, which sees the region's shape. */
  record Part(Region region, Init init) {}

  /**
   * The values of another tensor, which are not drawn again: rounded once more in another dtype.
   *
   * @param once whether this tensor is left out of the file, which says whose values it has
   */
  record Copied(PlannedTensor original, boolean once) implements Content {}

  /**
   * The Euclidean norm of another tensor's elements over the dimensions in which this one has size
   * 1: {@code g} of torch's weight_norm. Summed in binary64, rounded once.
   */
  record Norm(PlannedTensor of) implements Content {}
}
