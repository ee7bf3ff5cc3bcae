// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import static java.awt.BasicStroke.CAP_BUTT;
import static java.awt.BasicStroke.JOIN_ROUND;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.initium.io.output.AtomicFile;
import org.initium.text.Text;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Histograms of a checkpoint's tensors in a grid, one panel for tensors whose names differ in
 * numbers only (the layers of a model), each tensor a curve: its density where it is spread, with
 * the normal density of the same mean and std behind it.
 */
public final class HistogramPlot {
  private static final int PANEL_WIDTH = 460;
  private static final int PANEL_HEIGHT = 320;
  private static final int TITLE_HEIGHT = 62;
  private static final int LINE_HEIGHT = 18;
  private static final int MOST_PANELS = 30;
  private static final int MOST_CURVES = 48;
  private static final int MOST_CONSTANTS = 60;
  private static final int TITLE = 44;

  private static final String LEGEND = "dashed: the normal density of the same mean and std";

  /** Of the width of all curves: what is narrower is not seen, and its density may be infinite. */
  private static final double NARROWEST = 1e-9;

  private static final Color INK = new Color(0x22, 0x2b, 0x38);
  private static final Color FAINT = new Color(0xe6, 0xe9, 0xee);
  private static final Color NORMAL = new Color(0xe0, 0x7a, 0x3f);
  private static final Color FIRST = new Color(0x0b, 0x3c, 0x6f);
  private static final Color LAST = new Color(0x59, 0xb5, 0xd8);

  /** Tensors whose names differ in numbers only are one group. */
  private final Map<String, PlotGroup> groups = new LinkedHashMap<>();

  private int tensors;
  private int spread;

  /** Adds a tensor; of those that are not to be drawn nothing is kept. */
  public void add(String tensor, Optional<TensorStatistics> statistics) {
    tensors++;
    statistics
        .filter(s -> s.count() > 0)
        .ifPresent(
            s ->
                groups
                    .computeIfAbsent(
                        tensor.replaceAll("(?<=^|\\.)[0-9]+(?=\\.|$)", "*"), name -> group(name, s))
                    .add(s));
  }

  private PlotGroup group(String name, TensorStatistics first) {
    spread += first.max() > first.min() ? 1 : 0;
    return new PlotGroup(name, spread <= MOST_PANELS ? MOST_CURVES : 0);
  }

  /** Draws what was added. */
  public void write(Path png, String title) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<PlotGroup> shown =
        groups.values().stream().filter(PlotGroup::isSpread).limit(MOST_PANELS).toList();
    List<String> constants =
        new ArrayList<>(
            groups.values().stream()
                .filter(group -> !group.isSpread())
                .limit(MOST_CONSTANTS + 1)
                .map(group -> title(group) + " = " + TensorStatistics.number(group.mean()))
                .toList());
    if (constants.size() > MOST_CONSTANTS) {
      int more = groups.size() - spread - MOST_CONSTANTS;
      constants.set(MOST_CONSTANTS, Text.format("and %d more", more));
    }
    int columns = Math.max(1, Math.min(4, (int) Math.ceil(Math.sqrt(shown.size()))));
    int panelsEnd = TITLE_HEIGHT + Math.ceilDiv(shown.size(), columns) * PANEL_HEIGHT;
    int height = panelsEnd + Math.ceilDiv(constants.size(), columns) * LINE_HEIGHT + 12;
    BufferedImage image =
        new BufferedImage(columns * PANEL_WIDTH, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    canvas.setColor(Color.WHITE);
    canvas.fillRect(0, 0, image.getWidth(), image.getHeight());
    caption(canvas, Text.visible(Text.cut(title, TITLE)), tensors, spread - shown.size());
    for (int i = 0; i < shown.size(); i++) {
      Graphics2D panel =
          (Graphics2D)
              canvas.create(
                  i % columns * PANEL_WIDTH,
                  TITLE_HEIGHT + i / columns * PANEL_HEIGHT,
                  PANEL_WIDTH,
                  PANEL_HEIGHT);
      chart(shown.get(i)).paint(panel, PANEL_WIDTH, PANEL_HEIGHT);
      panel.dispose();
    }
    canvas.setFont(new Font(Font.MONOSPACED, Font.PLAIN, 12));
    for (int i = 0; i < constants.size(); i++) {
      canvas.drawString(
          constants.get(i),
          i % columns * PANEL_WIDTH + 16,
          panelsEnd + i / columns * LINE_HEIGHT + 14);
    }
    canvas.dispose();
    ImageIO.setUseCache(false); // a temporary file, which it would take for a stream
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // ImageIO prints what a file throws
    if (!ImageIO.write(image, "png", bytes)) {
      throw new IOException("no PNG writer in this JDK");
    }
    AtomicFile.write(png, bytes.toByteArray());
  }

  private static String title(PlotGroup group) {
    String shown = Text.visible(Text.cut(group.name(), TITLE));
    return group.count() == 1 ? shown : shown + " (" + group.count() + ")";
  }

  private static void caption(Graphics2D canvas, String title, int tensors, int left) {
    canvas.setColor(INK);
    canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 22));
    canvas.drawString(title, 16, 30);
    canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    canvas.setColor(NORMAL);
    canvas.drawString(LEGEND, 16, 52);
    int end = 16 + canvas.getFontMetrics().stringWidth(LEGEND);
    canvas.setColor(INK);
    String count = Text.count(tensors, "tensor");
    canvas.drawString(
        left > 0 ? count + "; " + Text.count(left, "more group") + ": choose with --match" : count,
        end + 24,
        52);
  }

  private static XYChart chart(PlotGroup group) {
    TensorStatistics first = group.curves().getFirst();
    PlotAxis axis = PlotAxis.of(group.min(), group.max());
    double narrowest = NARROWEST * (axis.at(group.max()) - axis.at(group.min()));
    XYChart chart =
        new XYChartBuilder()
            .width(PANEL_WIDTH)
            .height(PANEL_HEIGHT)
            .title(title(group))
            .xAxisTitle(
                Text.format(
                        "mean %s, std %s",
                        TensorStatistics.number(first.mean()), TensorStatistics.number(first.std()))
                    + axis.note())
            .build();
    style(chart);
    int curves = group.curves().size();
    for (int i = 0; i < curves; i++) {
      TensorStatistics s = group.curves().get(i);
      if (axis.at(s.max()) - axis.at(s.min()) > narrowest) {
        curve(chart, axis, "t" + i, s, shade(i, curves), curves == 1);
      }
    }
    if (axis.width(first.std()) > narrowest) {
      normal(chart, axis, first);
    }
    return chart;
  }

  private static void style(XYChart chart) {
    var styler = chart.getStyler();
    styler.setLegendVisible(false);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(FAINT);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setChartFontColor(INK);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.MONOSPACED, Font.BOLD, 14));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    styler.setAxisTicksLineVisible(false);
    styler.setYAxisTicksVisible(false);
    styler.setYAxisMin(0.0);
    styler.setxAxisTickLabelsFormattingFunction(TensorStatistics::number);
    styler.setXAxisMaxLabelCount(5);
  }

  private static Color shade(int i, int count) {
    double t = count == 1 ? 0.35 : (double) i / (count - 1);
    return new Color(
        mix(FIRST.getRed(), LAST.getRed(), t),
        mix(FIRST.getGreen(), LAST.getGreen(), t),
        mix(FIRST.getBlue(), LAST.getBlue(), t));
  }

  private static int mix(int from, int to, double t) {
    return (int) Math.round(from + (to - from) * t);
  }

  private static void curve(
      XYChart chart, PlotAxis axis, String id, TensorStatistics s, Color color, boolean filled) {
    int bins = s.bins().length;
    double from = axis.at(s.min());
    double width = (axis.at(s.max()) - from) / bins;
    double[] x = new double[2 * bins + 2]; // from the axis up, two corners for each bin, and down
    double[] y = new double[2 * bins + 2];
    x[0] = from;
    for (int b = 0; b < bins; b++) {
      x[2 * b + 1] = from + b * width;
      x[2 * b + 2] = from + (b + 1) * width;
      y[2 * b + 1] = y[2 * b + 2] = s.bins()[b] / (s.count() * width);
    }
    x[2 * bins + 1] = axis.at(s.max());
    XYSeries series = line(chart, id, x, y, color, new BasicStroke(filled ? 1.6f : 1.1f));
    if (filled) {
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
      series.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 70));
    }
  }

  private static void normal(XYChart chart, PlotAxis axis, TensorStatistics s) {
    double[] x = new double[201];
    double[] y = new double[201];
    double from = axis.at(s.min());
    double width = axis.at(s.max()) - from;
    double mean = axis.at(s.mean());
    double std = axis.width(s.std());
    for (int i = 0; i <= 200; i++) {
      x[i] = from + width * i / 200;
      double z = (x[i] - mean) / std;
      y[i] = Math.exp(-z * z / 2) / (std * Math.sqrt(2 * Math.PI));
    }
    float[] dashes = {5, 4};
    line(chart, "normal", x, y, NORMAL, new BasicStroke(1.4f, CAP_BUTT, JOIN_ROUND, 1, dashes, 0));
  }

  private static XYSeries line(
      XYChart chart, String id, double[] x, double[] y, Color color, BasicStroke stroke) {
    XYSeries series = chart.addSeries(id, x, y);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(stroke);
    return series;
  }
}
