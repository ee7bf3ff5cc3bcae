// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.initium.InitiumException;
import org.initium.cli.console.ByteSize;
import org.initium.cli.plot.HistogramPlot;
import org.initium.cli.plot.InspectedTensor;
import org.initium.cli.plot.TensorStatistics;
import org.initium.io.Checkpoint;
import org.initium.io.Json;
import org.initium.io.StoredTensor;
import org.initium.recipe.plan.Glob;
import org.initium.text.Artifact;
import org.initium.text.Text;

/** {@code inspect}: what a checkpoint holds, a line for each tensor. */
public final class InspectCommand {
  private static final int BINS = 128;
  private static final int SPARK_WIDTH = 16;
  private static final int NAME_WIDTH = 100;
  private static final int SHAPE_WIDTH = 40;
  private static final int METADATA_WIDTH = 200;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  int run(Path file, Optional<Glob> match, Optional<Path> plot, boolean json) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      if (plot.isPresent()) {
        Artifact.XCHART.require(InitiumException::new);
        new OverwriteGuard(OverwriteGuard.of(checkpoint)).keep(plot.get());
      }
      List<InspectedTensor> tensors =
          checkpoint.entries().parallelStream()
              .filter(entry -> match.map(m -> m.matches(entry.tensor().name())).orElse(true))
              .map(entry -> inspect(checkpoint, entry))
              .toList();
      if (tensors.isEmpty()) {
        throw new IllegalArgumentException(
            match
                .map(m -> Text.message("no tensor of %s matches '%s'", checkpoint.path(), m))
                .orElse(checkpoint.path() + " has no tensors"));
      }
      if (json) {
        printJson(checkpoint, tensors);
      } else {
        print(checkpoint, tensors);
      }
      if (plot.isPresent()) {
        HistogramPlot.write(plot.get(), checkpoint.path().getFileName().toString(), tensors);
        (json ? System.err : out).println(Text.message("plotted %s", plot.get()));
      }
      return 0;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static InspectedTensor inspect(Checkpoint checkpoint, Checkpoint.Entry entry) {
    try {
      return new InspectedTensor(
          entry,
          entry.tensor().type().dtype().isPresent()
              ? Optional.of(TensorStatistics.of(checkpoint, entry, BINS))
              : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(Checkpoint checkpoint, List<InspectedTensor> tensors) {
    checkpoint
        .metadata()
        .forEach((key, value) -> out.println("# " + metadata(key) + " = " + metadata(value)));
    List<Row> rows = tensors.stream().map(InspectCommand::row).toList();
    int names = width(rows.stream().map(Row::name), "name");
    int shapes = width(rows.stream().map(Row::shape), "shape");
    int types = width(rows.stream().map(Row::type), "dtype");
    out.println(HEAD.line(names, shapes, types));
    rows.forEach(row -> out.println(row.line(names, shapes, types)));
    out.println(
        Text.format(
            "%s, %,d elements, %s",
            Text.count(tensors.size(), "tensor"),
            elements(tensors),
            ByteSize.format(bytes(tensors))));
  }

  private static String metadata(String text) {
    return Text.visible(Text.cut(text, METADATA_WIDTH));
  }

  private static long elements(List<InspectedTensor> tensors) {
    return tensors.stream().mapToLong(t -> t.entry().tensor().shape().numel()).sum();
  }

  private static long bytes(List<InspectedTensor> tensors) {
    return tensors.stream().mapToLong(t -> t.entry().tensor().bytes()).sum();
  }

  private static int width(Stream<String> texts, String title) {
    return texts.mapToInt(String::length).reduce(title.length(), Math::max);
  }

  /** A line of the table. */
  private record Row(String name, String shape, String type, List<String> cells, String histogram) {
    String line(int names, int shapes, int types) {
      StringBuilder line = new StringBuilder(name);
      pad(line, names).append("  ").append(shape);
      pad(line, names + 2 + shapes).append("  ").append(type);
      pad(line, names + 2 + shapes + 2 + types).append(' ');
      for (String cell : cells) {
        line.append(" ".repeat(Math.max(1, 11 - cell.length()))).append(cell);
      }
      return line.append("  ").append(histogram).toString().stripTrailing();
    }

    private static StringBuilder pad(StringBuilder line, int width) {
      return line.append(" ".repeat(Math.max(0, width - line.length())));
    }
  }

  private static final Row HEAD =
      new Row("name", "shape", "dtype", List.of("mean", "std", "min", "max", "zeros"), "histogram");

  private static Row row(InspectedTensor tensor) {
    StoredTensor stored = tensor.entry().tensor();
    String name = Text.visible(Text.cut(tensor.name(), NAME_WIDTH));
    String shape = Text.cut(stored.shape().toString(), SHAPE_WIDTH);
    String type = stored.type().name().toLowerCase(Locale.ROOT);
    if (tensor.statistics().isEmpty()) {
      return new Row(name, shape, type, List.of("-", "-", "-", "-", "-"), "");
    }
    TensorStatistics s = tensor.statistics().get();
    String spark = "│" + s.sparkline(SPARK_WIDTH) + "│";
    List<String> cells =
        List.of(
            TensorStatistics.number(s.mean()),
            TensorStatistics.number(s.std()),
            s.count() == 0 ? "-" : TensorStatistics.number(s.min()),
            s.count() == 0 ? "-" : TensorStatistics.number(s.max()),
            Long.toString(s.zeros()));
    return new Row(
        name,
        shape,
        type,
        cells,
        s.notFinite() == 0 ? spark : spark + " " + s.notFinite() + " not finite");
  }

  /** One JSON value: what is hidden in a text is escaped, which JSON reads as the same. */
  private void printJson(Checkpoint checkpoint, List<InspectedTensor> tensors) {
    out.println(
        Text.visible(
            "{\"file\": "
                + Json.of(checkpoint.path().toString())
                + ", \"metadata\": "
                + Json.of(checkpoint.metadata())
                + ", \"tensors\": ["));
    for (int i = 0; i < tensors.size(); i++) {
      String line = Text.visible(Json.of(json(tensors.get(i))));
      out.println(i < tensors.size() - 1 ? line + "," : line);
    }
    out.println(
        Text.format("], \"elements\": %d, \"bytes\": %d}", elements(tensors), bytes(tensors)));
  }

  private static Map<String, Object> json(InspectedTensor tensor) {
    StoredTensor stored = tensor.entry().tensor();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", stored.name());
    json.put("dtype", stored.type().name());
    json.put("shape", Arrays.stream(stored.shape().sizes()).boxed().toList());
    json.put("file", tensor.entry().file().getFileName().toString());
    json.put("bytes", stored.bytes());
    tensor
        .statistics()
        .ifPresent(
            s -> {
              json.put("mean", s.mean());
              json.put("std", s.std());
              json.put("min", s.count() == 0 ? Double.NaN : s.min());
              json.put("max", s.count() == 0 ? Double.NaN : s.max());
              json.put("zeros", s.zeros());
              json.put("not_finite", s.notFinite());
              json.put("histogram", Arrays.stream(s.bins()).boxed().toList());
            });
    return json;
  }
}
