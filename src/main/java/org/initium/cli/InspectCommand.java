package org.initium.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.initium.io.Checkpoint;
import org.initium.recipe.Glob;

/** {@code inspect}: what a checkpoint holds, a line for each tensor. */
final class InspectCommand {
  private static final int BINS = 128;
  private static final int SPARK_WIDTH = 16;
  private static final String ROW = "%%-%ds  %%-%ds  %%-5s %%10s %%10s %%10s %%10s %%10s  %%s%%n";

  /** A tensor and its statistics, which types without a dtype of ours have not. */
  record Inspected(Checkpoint.Entry entry, Optional<Statistics> statistics) {
    String name() {
      return entry.tensor().name();
    }
  }

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  int run(Path file, Optional<Glob> match, Optional<Path> plot) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      List<Inspected> tensors =
          checkpoint.entries().parallelStream()
              .filter(entry -> match.map(m -> m.matches(entry.tensor().name())).orElse(true))
              .map(entry -> inspect(checkpoint, entry))
              .toList();
      if (tensors.isEmpty()) {
        throw new IllegalArgumentException(
            match
                .map(m -> "no tensor of %s matches '%s'".formatted(checkpoint.path(), m))
                .orElse(checkpoint.path() + " has no tensors"));
      }
      print(checkpoint, tensors);
      if (plot.isPresent()) {
        HistogramPlot.write(plot.get(), checkpoint.path().getFileName().toString(), tensors);
        out.println("plotted " + plot.get());
      }
      return 0;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Inspected inspect(Checkpoint checkpoint, Checkpoint.Entry entry) {
    try {
      return new Inspected(
          entry,
          entry.tensor().type().dtype().isPresent()
              ? Optional.of(Statistics.of(checkpoint, entry, BINS))
              : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(Checkpoint checkpoint, List<Inspected> tensors) {
    checkpoint.metadata().forEach((key, value) -> out.println("# " + key + " = " + value));
    int names = width(tensors.stream().map(Inspected::name).toList(), "name");
    int shapes =
        width(tensors.stream().map(t -> t.entry().tensor().shape().toString()).toList(), "shape");
    String row = ROW.formatted(names, shapes);
    out.printf(row, "name", "shape", "dtype", "mean", "std", "min", "max", "zeros", "histogram");
    for (Inspected tensor : tensors) {
      out.print(line(row, tensor));
    }
    long elements = tensors.stream().mapToLong(t -> t.entry().tensor().shape().numel()).sum();
    long bytes = tensors.stream().mapToLong(t -> t.entry().tensor().bytes()).sum();
    out.printf(
        Locale.ROOT,
        "%s, %,d elements, %s%n",
        ModelCommands.count(tensors.size(), "tensor"),
        elements,
        ByteSize.format(bytes));
  }

  private static int width(List<String> texts, String title) {
    return texts.stream().mapToInt(String::length).reduce(title.length(), Math::max);
  }

  private static String line(String row, Inspected tensor) {
    String shape = tensor.entry().tensor().shape().toString();
    String type = tensor.entry().tensor().type().name().toLowerCase(Locale.ROOT);
    if (tensor.statistics().isEmpty()) {
      return row.formatted(tensor.name(), shape, type, "-", "-", "-", "-", "-", "");
    }
    Statistics s = tensor.statistics().get();
    String spark = "│" + s.sparkline(SPARK_WIDTH) + "│";
    return row.formatted(
        tensor.name(),
        shape,
        type,
        number(s.mean()),
        number(s.std()),
        s.count() == 0 ? "-" : number(s.min()),
        s.count() == 0 ? "-" : number(s.max()),
        s.zeros(),
        s.notFinite() == 0 ? spark : spark + " " + s.notFinite() + " not finite");
  }

  /** Four significant digits. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e6) {
      return Long.toString((long) value);
    }
    return size >= 1e-3 && size < 1e5
        ? String.format(Locale.ROOT, "%.4g", value)
        : String.format(Locale.ROOT, "%.2e", value);
  }
}
