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
import java.util.function.Consumer;
import java.util.function.Function;
import org.initium.InitiumException;
import org.initium.cli.console.ByteSize;
import org.initium.cli.plot.HistogramPlot;
import org.initium.cli.plot.TensorStatistics;
import org.initium.io.Checkpoint;
import org.initium.io.Json;
import org.initium.io.StoredTensor;
import org.initium.recipe.plan.Glob;
import org.initium.text.Artifact;
import org.initium.text.Text;

/** {@code inspect}: what a checkpoint holds, a line for each tensor. */
final class InspectCommand {
  private static final int BINS = 128;
  private static final int SPARK_WIDTH = 16;
  private static final int NAME_WIDTH = 100;
  private static final int SHAPE_WIDTH = 40;
  private static final int METADATA_WIDTH = 200;

  /** Tensors that are read at a time: what is printed is not kept. */
  private static final int BATCH = 1_024;

  private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  int run(Path file, Optional<Glob> match, Optional<Path> plot, boolean json) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      if (plot.isPresent()) {
        Artifact.XCHART.require(InitiumException::new);
        new OverwriteGuard(OverwriteGuard.of(checkpoint)).keep(List.of(plot.get()));
      }
      List<Checkpoint.Entry> entries =
          match.isEmpty()
              ? checkpoint.entries()
              : checkpoint.entries().stream()
                  .filter(entry -> match.get().matches(entry.tensor().name()))
                  .toList();
      if (entries.isEmpty()) {
        throw new IllegalArgumentException(
            match
                .map(m -> Text.message("no tensor of %s matches '%s'", checkpoint.path(), m))
                .orElse(checkpoint.path() + " has no tensors"));
      }
      Optional<HistogramPlot> histograms = plot.map(png -> new HistogramPlot());
      Consumer<Inspected> line = json ? jsonHead(checkpoint, entries) : head(checkpoint, entries);
      for (int from = 0;
          from < entries.size() && (plot.isPresent() || !out.checkError());
          from += BATCH) {
        entries.subList(from, Math.min(from + BATCH, entries.size())).parallelStream()
            .map(entry -> inspect(checkpoint, entry))
            .toList()
            .forEach(
                line.andThen(
                    inspected ->
                        histograms.ifPresent(
                            h -> h.add(inspected.tensor().name(), inspected.statistics))));
      }
      out.println(json ? jsonEnd(entries) : end(entries));
      out.flush();
      if (plot.isPresent()) {
        histograms.get().write(plot.get(), checkpoint.path().getFileName().toString());
        (json ? System.err : out).println(Text.message("plotted %s", plot.get()));
      }
      out.flush();
      return 0;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** A tensor and its statistics, which types without a dtype of ours have not. */
  private record Inspected(Checkpoint.Entry entry, Optional<TensorStatistics> statistics) {
    StoredTensor tensor() {
      return entry.tensor();
    }
  }

  private static Inspected inspect(Checkpoint checkpoint, Checkpoint.Entry entry) {
    try {
      return new Inspected(
          entry,
          entry.tensor().type().dtype().isPresent()
              ? Optional.of(TensorStatistics.of(checkpoint, entry, BINS))
              : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Prints what stands above the lines; how wide they are is known of the header. */
  private Consumer<Inspected> head(Checkpoint checkpoint, List<Checkpoint.Entry> entries) {
    checkpoint
        .metadata()
        .forEach((key, value) -> out.println("# " + metadata(key) + " = " + metadata(value)));
    int names = width(entries, InspectCommand::name, "name");
    int shapes = width(entries, InspectCommand::shape, "shape");
    int types = width(entries, InspectCommand::type, "dtype");
    out.println(HEAD.line(names, shapes, types));
    return tensor -> out.println(row(tensor).line(names, shapes, types));
  }

  private static String end(List<Checkpoint.Entry> entries) {
    return Text.format(
        "%s, %s, %s",
        Text.count(entries.size(), "tensor"),
        Text.count(elements(entries), "element"),
        ByteSize.format(bytes(entries)));
  }

  private static String metadata(String text) {
    return Text.visible(Text.cut(text, METADATA_WIDTH));
  }

  private static long elements(List<Checkpoint.Entry> entries) {
    return entries.stream().mapToLong(entry -> entry.tensor().shape().numel()).sum();
  }

  private static long bytes(List<Checkpoint.Entry> entries) {
    return entries.stream().mapToLong(entry -> entry.tensor().bytes()).sum();
  }

  private static int width(
      List<Checkpoint.Entry> entries, Function<StoredTensor, String> text, String title) {
    return entries.stream()
        .mapToInt(entry -> text.apply(entry.tensor()).length())
        .reduce(title.length(), Math::max);
  }

  private static String name(StoredTensor tensor) {
    return Text.visible(Text.cut(tensor.name(), NAME_WIDTH));
  }

  private static String shape(StoredTensor tensor) {
    return Text.cut(tensor.shape().toString(), SHAPE_WIDTH);
  }

  private static String type(StoredTensor tensor) {
    return tensor.type().name().toLowerCase(Locale.ROOT);
  }

  /** A line of the table. */
  private record Row(String name, String shape, String type, List<String> cells, String histogram) {
    String line(int names, int shapes, int types) {
      StringBuilder line = new StringBuilder(name).repeat(' ', names + 2 - name.length());
      line.append(shape).repeat(' ', shapes + 2 - shape.length());
      line.append(type).repeat(' ', types + 1 - type.length());
      for (String cell : cells) {
        line.repeat(' ', Math.max(1, 11 - cell.length())).append(cell);
      }
      return line.append("  ").append(histogram).toString().stripTrailing();
    }
  }

  private static final Row HEAD =
      new Row("name", "shape", "dtype", List.of("mean", "std", "min", "max", "zeros"), "histogram");

  private static Row row(Inspected tensor) {
    StoredTensor stored = tensor.tensor();
    if (tensor.statistics().isEmpty()) {
      List<String> none = List.of("-", "-", "-", "-", "-");
      return new Row(name(stored), shape(stored), type(stored), none, "");
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
        name(stored),
        shape(stored),
        type(stored),
        cells,
        s.notFinite() == 0 ? spark : spark + " " + s.notFinite() + " not finite");
  }

  /** One JSON value: what is hidden in a text is escaped, which JSON reads as the same. */
  private Consumer<Inspected> jsonHead(Checkpoint checkpoint, List<Checkpoint.Entry> entries) {
    out.println(
        Text.visible(
            "{\"file\": "
                + Json.of(checkpoint.path().toString())
                + ", \"metadata\": "
                + Json.of(checkpoint.metadata())
                + ", \"tensors\": ["));
    Checkpoint.Entry last = entries.getLast();
    return tensor ->
        out.println(Text.visible(Json.of(json(tensor))) + (tensor.entry() == last ? "" : ","));
  }

  private static String jsonEnd(List<Checkpoint.Entry> entries) {
    return Text.format("], \"elements\": %d, \"bytes\": %d}", elements(entries), bytes(entries));
  }

  private static Map<String, Object> json(Inspected tensor) {
    StoredTensor stored = tensor.tensor();
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
