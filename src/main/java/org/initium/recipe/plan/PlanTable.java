// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.initium.Fill;
import org.initium.text.Text;

/**
 * What a plan comes to, a line for each tensor, for people to read.
 *
 * @since 0.1.0
 */
public final class PlanTable {
  private static final List<String> HEAD =
      List.of("name", "shape", "dtype", "shard", "stream", "values");

  private PlanTable() {}

  /**
   * {@return aligned lines, of which the first names the columns}: name, shape and dtype of the
   * tensor; what of it is in the file; the stream that it draws from; its initializers as they are
   * written, and what they come to for its shape.
   *
   * @param plan the tensors
   * @param drawing whether they draw from forks or in order
   * @param shard what of them is made
   * @throws IllegalArgumentException if a rule names a stream and tensors draw in order
   */
  public static List<String> lines(Plan plan, GeneratorSharing drawing, RowShard shard) {
    List<List<String>> rows = new ArrayList<>(List.of(HEAD));
    for (PlannedTensor tensor : plan.tensors()) {
      rows.add(
          List.of(
              Text.visible(tensor.name()),
              tensor.storedType().shown(tensor.shape()).toString(),
              tensor.storedType().display(),
              shard(tensor, shard),
              stream(tensor, drawing),
              values(tensor)));
    }
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = row.get(c);
      line.append(cell).repeat(' ', widths[c] - cell.length() + 2);
    }
    return line.toString().stripTrailing();
  }

  private static String values(PlannedTensor tensor) {
    String drawn =
        tensor.parts().stream()
            .map(part -> part(part, tensor))
            .collect(Collectors.joining(", then "));
    return switch (tensor.content()) {
      case TensorContent.Drawn all -> drawn;
      case TensorContent.Copied(PlannedTensor original, boolean once) ->
          "like " + Text.visible(original.name()) + (once ? ", which stands for it" : "");
      case TensorContent.Norm norm -> "norm of " + Text.visible(norm.of().name());
      case TensorContent.Kept kept -> {
        String file = "kept " + Text.visible(kept.entry().tensor().name());
        yield drawn.isEmpty()
            ? file
            : drawn + ", then " + file + " " + kept.entry().tensor().shape();
      }
    };
  }

  private static String part(TensorContent.Part part, PlannedTensor tensor) {
    String written = part.init().toString();
    Fill fill = part.init().fill(part.region().shape());
    return written
        + " = "
        + FillText.of(fill)
        + (part.region().shape().equals(tensor.shape()) ? "" : " on " + part.region());
  }

  private static String stream(PlannedTensor tensor, GeneratorSharing drawing) {
    if (tensor.parts().isEmpty()) {
      return "-";
    }
    tensor.draw().check(drawing, tensor.name());
    String seed = tensor.draw().seed().map(n -> ", seed " + n).orElse("");
    return switch (drawing) {
      case FORKED -> Text.visible(tensor.draw().stream().orElse(tensor.name())) + seed;
      case IN_ORDER -> "in turn" + seed;
    };
  }

  private static String shard(PlannedTensor tensor, RowShard shard) {
    if (!tensor.isStored()) {
      return "-";
    }
    List<ShardCut.Share> shares = tensor.cut().shares(tensor.shape(), shard);
    return shares.stream()
        .map(share -> share.global().toString())
        .collect(Collectors.joining(" and "));
  }
}
