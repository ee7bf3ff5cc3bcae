package org.initium.recipe;

import java.util.List;

/** A piece of a YAML document that knows where it stands. */
sealed interface YamlNode {
  Place place();

  /** A text; numbers and truth values are not told apart from it. */
  record Scalar(Place place, String text) implements YamlNode {}

  /** A list. */
  record Sequence(Place place, List<YamlNode> items) implements YamlNode {}

  /** Keys, each once, with their values, in the order of the document. */
  record Mapping(Place place, List<Entry> entries) implements YamlNode {}

  /** A key and its value. */
  record Entry(Scalar key, YamlNode value) {}

  /** What this is, for messages. */
  default String kind() {
    return switch (this) {
      case Scalar scalar -> "'" + scalar.text() + "'";
      case Sequence sequence -> "a list";
      case Mapping mapping -> "a mapping";
    };
  }
}
