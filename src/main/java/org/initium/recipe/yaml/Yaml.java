// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The YAML parser: text to {@link YamlNode}s. */
public final class Yaml {
  private static final String STANDARD_TAGS = "tag:yaml.org,2002:";

  /** Patterns begin with what begins an alias in YAML. */
  private static final String ALIAS = "while scanning an alias";

  private static final String QUOTES = "; a pattern that begins with * needs quotes: \"*.bias\"";

  private final String file;

  private Yaml(String file) {
    this.file = file;
  }

  /**
   * The one document of the text, nothing if it is empty.
   *
   * @throws RecipeException if it is not sound YAML
   */
  public static Optional<YamlNode> parse(String file, String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setCodePointLimit(Integer.MAX_VALUE) // the recipe's size is bounded before
            .setBufferSize(text.length() + 1) // a smaller one is copied for each part of a token
            .build();
    Yaml yaml = new Yaml(file);
    try {
      return new Compose(settings).composeString(text).map(yaml::node);
    } catch (MarkedYamlEngineException e) {
      throw new RecipeException(
          yaml.place(e.getProblemMark().or(e::getContextMark)),
          "not sound YAML: "
              + (e.getContext() == null ? "" : e.getContext() + ", ")
              + e.getProblem()
              + (ALIAS.equals(e.getContext()) ? QUOTES : ""),
          e);
    } catch (YamlEngineException e) {
      throw new RecipeException(
          new SourcePosition(file, 1, 1),
          "not sound YAML: " + e.getMessage().lines().findFirst().orElse(""),
          e);
    } catch (StackOverflowError e) { // the parser has no limit of its own
      throw new RecipeException(
          new SourcePosition(file, 1, 1),
          "not sound YAML: lists and mappings are nested too deep",
          e);
    }
  }

  private YamlNode node(Node node) {
    SourcePosition place = place(node.getStartMark());
    if (node.getAnchor().isPresent()) {
      throw place.wrong("anchors and aliases are not taken; write the value out");
    }
    String tag = node.getTag().getValue();
    if (!tag.startsWith(STANDARD_TAGS)) {
      throw place.wrong("tags are not taken; write the value without '%s'", tag);
    }
    if (node instanceof ScalarNode scalar) { // no switches on a start's way: decision 0030
      return new YamlNode.Scalar(place, scalar.getValue());
    }
    if (node instanceof SequenceNode sequence) {
      return new YamlNode.Sequence(place, sequence.getValue().stream().map(this::node).toList());
    }
    if (node instanceof MappingNode mapping) {
      return new YamlNode.Mapping(place, entries(mapping));
    }
    throw place.wrong("a %s is not taken", node.getNodeType());
  }

  private List<YamlNode.Entry> entries(MappingNode mapping) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    Map<String, SourcePosition> seen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(node(tuple.getKeyNode()) instanceof YamlNode.Scalar key)) {
        throw place(tuple.getKeyNode().getStartMark())
            .wrong("a key is a list or mapping; write a name");
      }
      SourcePosition first = seen.putIfAbsent(key.text(), key.place());
      if (first != null) {
        throw key.wrong("key '%s' stands already at %s", key.text(), first);
      }
      entries.add(new YamlNode.Entry(key, node(tuple.getValueNode())));
    }
    return entries;
  }

  private SourcePosition place(Optional<Mark> mark) {
    return mark.map(m -> new SourcePosition(file, m.getLine() + 1, m.getColumn() + 1))
        .orElse(new SourcePosition(file, 1, 1));
  }
}
