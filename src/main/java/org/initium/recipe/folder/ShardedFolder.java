// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.folder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.initium.Shape;
import org.initium.io.DistributedCheckpoint;
import org.initium.io.MalformedFileException;
import org.initium.io.SafetensorsHeader;
import org.initium.io.StoredTensor;
import org.initium.recipe.plan.RowShard;

/**
 * The shards of a model in one folder: all are there, and together they are all of every tensor.
 */
final class ShardedFolder {
  /** What a file has of a tensor, and where in the tensor that begins, where the file says so. */
  private record Slice(String file, Shape shape, long[] offsets) {}

  private static final Comparator<RowShard> ORDER =
      Comparator.comparing(RowShard::count).thenComparing(RowShard::index);

  private final Path folder;
  private final Map<RowShard, Map<String, Slice>> shards = new TreeMap<>(ORDER);
  private final Map<RowShard, List<Path>> files = new TreeMap<>(ORDER);

  /** Reads and checks the shards that a folder's files are. */
  ShardedFolder(Path folder, Map<String, SafetensorsHeader> files) {
    this.folder = folder;
    files.forEach(this::add);
    check();
  }

  int shards() {
    return shards.size();
  }

  int tensors() {
    return shards.values().iterator().next().size();
  }

  /** The files of each shard, which are several of some, in the order of the shards. */
  Map<RowShard, List<Path>> files() {
    return files;
  }

  private MalformedFileException broken(String template, Object... values) {
    return CheckpointFolder.fault(folder, template, values);
  }

  private void add(String name, SafetensorsHeader header) {
    RowShard shard;
    try {
      shard = RowShard.parse(header.metadata().get(Provenance.SHARD));
    } catch (IllegalArgumentException e) {
      throw broken("%s: %s", name, e.getMessage());
    }
    Map<String, long[]> offsets = DistributedCheckpoint.savedOffsets(folder.resolve(name), header);
    files.computeIfAbsent(shard, s -> new ArrayList<>()).add(folder.resolve(name));
    Map<String, Slice> slices = shards.computeIfAbsent(shard, s -> new HashMap<>());
    for (StoredTensor tensor : header.tensors()) {
      long[] at = offsets.get(tensor.name());
      if (at != null && at.length != tensor.shape().rank()) {
        throw broken("%s: tensor '%s' does not begin at so many numbers", name, tensor.name());
      }
      Slice other = slices.put(tensor.name(), new Slice(name, tensor.shape(), at));
      if (other != null) {
        throw broken(
            "shard %s of tensor '%s' is in %s and in %s", shard, tensor.name(), other.file(), name);
      }
    }
  }

  private void check() {
    int count = shards.keySet().iterator().next().count();
    Map<String, Slice> first = shards.values().iterator().next();
    for (RowShard shard : shards.keySet()) {
      if (shard.count() != count) {
        throw broken("has shards of %d and of %d", count, shard.count());
      }
    }
    for (int i = 0; i < count; i++) {
      Map<String, Slice> slices = shards.get(new RowShard(i, count));
      if (slices == null) {
        throw broken("shard %d/%d is missing; of %d there are %d", i, count, count, shards.size());
      }
      if (!slices.keySet().equals(first.keySet())) {
        throw broken("shard %d/%d has other tensors than the others", i, count);
      }
    }
    first.keySet().forEach(this::checkTiling);
  }

  /** Each slice begins where the one before it ends, or all are the same. */
  private void checkTiling(String tensor) {
    List<Slice> slices = new ArrayList<>();
    for (Map<String, Slice> shard : shards.values()) {
      Slice slice = shard.get(tensor);
      if (slice.offsets() == null) { // of a tensor in parts, which PyTorch has no words for
        return;
      }
      if (slice.shape().numel() > 0) {
        slices.add(slice);
      }
    }
    if (slices.isEmpty() || slices.stream().allMatch(slice -> same(slice, slices.getFirst()))) {
      return;
    }
    int cut = 0;
    while (slices.getLast().offsets()[cut] == 0 && cut < slices.getLast().offsets().length - 1) {
      cut++;
    }
    long end = 0;
    Shape others = slices.getFirst().shape().with(cut, 1);
    for (Slice slice : slices) {
      long[] expected = new long[others.rank()];
      expected[cut] = end;
      if (!Arrays.equals(slice.offsets(), expected) || !slice.shape().with(cut, 1).equals(others)) {
        throw broken(
            "%s has %s of '%s', which does not follow on the shard before: a shard of another"
                + " recipe",
            slice.file(), slice.shape(), tensor);
      }
      end += slice.shape().size(cut);
    }
  }

  private static boolean same(Slice one, Slice other) {
    return one.shape().equals(other.shape()) && Arrays.equals(one.offsets(), other.offsets());
  }
}
