package org.initium.cpu;

import java.util.function.Consumer;
import org.initium.Tensor;
import org.initium.law.ColumnKeys;

/**
 * Fills as {@link ColumnKeys} has it. Where all keys of a tile fit in a {@link TileMask}, threads
 * share the tiles, and the keys of each are drawn once; else they share the rows of one tile after
 * the other, and draw the keys anew in each of four passes: to count them, to count their ties, to
 * collect those, and to write.
 */
final class SparseFill {
  private static final ThreadLocal<Strip> STRIP = ThreadLocal.withInitial(Strip::new);

  private final ColumnKeys law;
  private final Engine engine;
  private final StripWriter writer;
  private final long firstTile;
  private final long tiles;
  private final long keys; // of a tile, those alone that are of rows
  private final long firstGroup;
  private final long endGroup;

  SparseFill(Tensor tensor, ColumnKeys law, Values normals, Engine engine) {
    this.law = law;
    this.engine = engine;
    this.writer = new StripWriter(tensor, law, normals, engine);
    int width = law.width();
    long column = tensor.origin()[1];
    firstTile = column / width;
    tiles = Math.ceilDiv(column + tensor.shape().size(1), width) - firstTile;
    keys = law.rows() * width;
    long row = tensor.origin()[0];
    firstGroup = row * width / ColumnKeys.GROUP;
    endGroup = Math.ceilDiv((row + tensor.shape().size(0)) * width, ColumnKeys.GROUP);
  }

  void fill(Team team) {
    if (keys <= TileMask.MOST) {
      long most = Math.min(Strip.TILES, Math.ceilDiv(tiles, team.threads()));
      int together = Math.clamp(Strip.KEYS / keys, 1, (int) most);
      team.share(
          tiles,
          together,
          (from, to, block) -> {
            for (long at = from; at < to; at += together) {
              strip(firstTile + at, (int) Math.min(together, to - at), block);
            }
          });
    } else {
      for (long tile = firstTile; tile < firstTile + tiles; tile++) {
        new TallTile(tile, team).fill();
      }
    }
  }

  /** Finds the zeros of some tiles, and then writes a group of each in turn, row by row. */
  private void strip(long first, int count, Block block) {
    Strip strip = STRIP.get();
    TileMask mask = strip.mask;
    SparseEngine sparse = engine.sparse();
    TieCuts ties = new TieCuts(law.width());
    int[] cuts = new int[law.width()];
    long[] left = new long[law.width()];
    long[] tieCuts = new long[law.width()];
    int longs = (int) keys + 63 >> 6;
    for (int i = 0; i < count; i++) {
      mask.load(law, engine, first + i, 0, (int) keys, block);
      mask.cuts(sparse, cuts, left);
      mask.compare(sparse, cuts);
      ties.clear();
      mask.eachTie(ties::add);
      for (int column = 0; column < tieCuts.length; column++) {
        tieCuts[column] = ties.cut(column, left[column]);
      }
      mask.settle(tieCuts);
      System.arraycopy(mask.zero, 0, strip.zero, i * longs, longs);
    }
    for (long group = firstGroup; group < endGroup; group++) {
      int word = (int) group * (ColumnKeys.GROUP / Long.SIZE);
      writer.write(strip, first, count, group, strip.zero, word, longs, block);
    }
  }

  /** A tile of more keys than a mask takes. */
  private final class TallTile {
    private final long tile;
    private final Team team;
    private final int width = law.width();
    private final int[] cuts = new int[width];
    private final long[] left = new long[width];
    private final long[] tieCuts = new long[width];

    TallTile(long tile, Team team) {
      this.tile = tile;
      this.team = team;
    }

    /** Work on the keys from an index of the tile on, which the mask has. */
    @FunctionalInterface
    private interface Pass {
      void run(Strip strip, long first, Block block);
    }

    private void share(long from, long to, Pass pass) {
      team.share(
          to - from,
          TileMask.MOST,
          (begin, end, block) -> {
            Strip strip = STRIP.get();
            for (long at = from + begin; at < from + end; at += TileMask.MOST) {
              int count = (int) Math.min(TileMask.MOST, Math.min(keys, from + end) - at);
              strip.mask.load(law, engine, tile, at, count, block);
              pass.run(strip, at, block);
            }
          });
    }

    void fill() {
      int[] counts = new int[width * ScalarSparse.BINS];
      share(0, keys, (strip, _, _) -> sum(counts, strip.mask::count));
      cut(counts, ScalarSparse.BINS, cuts);

      int[] tieCounts = new int[width << TieCuts.PREFIX];
      share(
          0,
          keys,
          (strip, _, _) -> {
            TileMask mask = strip.mask;
            mask.compare(engine.sparse(), cuts);
            sum(
                tieCounts,
                own ->
                    mask.eachTie(
                        (column, order) ->
                            own[column << TieCuts.PREFIX | TieCuts.prefix(order)]++));
          });
      int[] prefixes = new int[width];
      cut(tieCounts, 1 << TieCuts.PREFIX, prefixes);

      TieCuts ties = new TieCuts(width);
      share(
          0,
          keys,
          (strip, _, _) -> {
            TileMask mask = strip.mask;
            mask.compare(engine.sparse(), cuts);
            synchronized (ties) {
              mask.eachTie(
                  (column, order) -> {
                    if (TieCuts.prefix(order) == prefixes[column]) {
                      ties.add(column, order);
                    }
                  });
            }
          });
      for (int column = 0; column < width; column++) {
        long before = TieCuts.before(prefixes[column]);
        tieCuts[column] = Math.max(before, ties.cut(column, left[column]));
      }
      share(firstGroup * ColumnKeys.GROUP, endGroup * ColumnKeys.GROUP, this::write);
    }

    private void write(Strip strip, long first, Block block) {
      strip.mask.compare(engine.sparse(), cuts);
      strip.mask.settle(tieCuts);
      long group = first / ColumnKeys.GROUP;
      long end = Math.min(endGroup, group + TileMask.MOST / ColumnKeys.GROUP);
      for (long g = group; g < end; g++) {
        int word = (int) (g - group) * (ColumnKeys.GROUP / Long.SIZE);
        writer.write(strip, tile, 1, g, strip.mask.zero, word, 0, block);
      }
    }

    /** Adds what one thread counts to what all do. */
    private static void sum(int[] all, Consumer<int[]> counter) {
      int[] own = new int[all.length];
      counter.accept(own);
      synchronized (all) {
        for (int i = 0; i < all.length; i++) {
          all[i] += own[i];
        }
      }
    }

    /** The bin where each column's zeros end, and how many are left for it. */
    private void cut(int[] counts, int bins, int[] found) {
      for (int column = 0; column < width; column++) {
        int from = column * bins;
        long zeros = bins == ScalarSparse.BINS ? law.zeros() : left[column];
        found[column] = ColumnKeys.cut(counts, from, bins, zeros);
        left[column] = zeros - ColumnKeys.below(counts, from, found[column]);
      }
    }
  }
}
