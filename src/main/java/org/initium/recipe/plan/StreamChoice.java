// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.Optional;
import org.initium.random.Generator;
import org.initium.text.Text;

/**
 * Which stream a tensor draws from, where a rule says another than the one of its own name.
 *
 * @param stream the name that is forked in place of the tensor's
 * @param seed the seed in place of the model's
 * @since 0.1.0
 */
public record StreamChoice(Optional<String> stream, Optional<Long> seed) implements Serializable {
  /** The stream of the tensor's own name. */
  public static final StreamChoice OWN = new StreamChoice(Optional.empty(), Optional.empty());

  /** What is written in its place: an Optional cannot be. */
  private record Written(String stream, Long seed) implements Serializable {
    private Object readResolve() {
      return new StreamChoice(Optional.ofNullable(stream), Optional.ofNullable(seed));
    }
  }

  private Object writeReplace() {
    return new Written(stream.orElse(null), seed.orElse(null));
  }

  /**
   * Checks that a stream of another name has a meaning: tensors that draw one after the other have
   * none. A seed has one with every generator.
   *
   * @param drawing whether tensors draw from forks or in order
   * @param tensor its name
   * @throws IllegalArgumentException if a stream is named and tensors draw in order
   */
  public void check(GeneratorSharing drawing, String tensor) {
    if (stream.isPresent() && drawing == GeneratorSharing.IN_ORDER) {
      throw new IllegalArgumentException(
          Text.message(
              "the rule of tensor '%s' has stream: '%s', which philox alone has; with this"
                  + " generator all tensors draw one after the other",
              tensor, stream.get()));
    }
  }

  /**
   * {@return the generator of a tensor, which its fills move}
   *
   * @param shared the model's; it is not moved where the tensor has a seed of its own
   * @param drawing whether tensors draw from forks or in order
   * @param tensor its name
   * @throws IllegalArgumentException as {@link #check}
   */
  public Generator generator(Generator shared, GeneratorSharing drawing, String tensor) {
    check(drawing, tensor);
    Generator seeded = seed.map(shared::withSeed).orElse(shared);
    return switch (drawing) {
      case FORKED -> seeded.fork(stream.orElse(tensor));
      case IN_ORDER -> seeded;
    };
  }
}
