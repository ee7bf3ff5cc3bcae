// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.List;
import org.initium.recipe.plan.SourcePosition;

/** A piece of a YAML document that knows where it stands. */
public sealed interface YamlNode extends Located {
  /** A text; numbers and truth values are not told apart from it. */
  record Scalar(SourcePosition place, String text) implements YamlNode {}

  /** A list. */
  record Sequence(SourcePosition place, List<YamlNode> items) implements YamlNode {}

  /** Keys, each once, with their values, in the order of the document. */
  record Mapping(SourcePosition place, List<Entry> entries) implements YamlNode {}

  /** A key and its value. */
  record Entry(Scalar key, YamlNode value) {}

  /** The items of a list; any other node stands for a list of itself. */
  default List<YamlNode> oneOrMore() {
    return this instanceof Sequence list ? list.items() : List.of(this);
  }

  /** What this is, for messages. */
  default String kind() {
    return switch (this) {
      case Scalar scalar -> "'" + scalar.text() + "'";
      case Sequence sequence -> "a list";
      case Mapping mapping -> "a mapping";
    };
  }
}
