package org.initium.cpu;

import org.initium.DType;
import org.initium.Tensor;
import org.initium.spi.StridedLayout;

/**
 * A tensor's elements counted in its own row-major order: what values and memory each range of them
 * has.
 */
final class Region {
  private final StridedLayout layout;
  private final DType dtype;
  private final Store store;
  private final long base;
  private final long numel;
  private final long inner; // elements that are evenly spaced in memory
  private final long span; // elements that are neighbours in the whole

  Region(Tensor tensor) {
    this(tensor, tensor.storage().address());
  }

  /** As if the tensor's storage began at another address. */
  Region(Tensor tensor, long base) {
    layout = tensor.layout();
    dtype = tensor.dtype();
    store = Store.of(dtype);
    this.base = base;
    numel = tensor.shape().numel();
    int last = layout.rank() - 1;
    inner = layout.sizes()[last];
    long neighbours = 1;
    for (int d = last; d >= 0 && layout.wholeStrides()[d] == neighbours; d--) {
      neighbours *= layout.sizes()[d];
    }
    span = neighbours;
  }

  long numel() {
    return numel;
  }

  /** Computes and stores the elements {@code from} to {@code to - 1}. */
  void fill(long from, long to, Values values, Block block) {
    long stride = layout.memoryStrides()[layout.rank() - 1];
    for (long at = from; at < to; ) {
      int count = (int) Math.min(Math.min(Block.SIZE, to - at), span - at % span);
      long first = place(at, layout.wholeStrides(), layout.wholeOffset());
      boolean oneRun = stride == 1 && count <= inner - at % inner;
      if (oneRun && values.store(first, count, block, dtype, address(at))) {
        at += count;
        continue;
      }
      int begin = values.compute(first, count, block);
      for (int done = 0; done < count; ) {
        int run = (int) Math.min(count - done, inner - (at + done) % inner);
        store.write(block, begin + done, run, address(at + done), stride);
        done += run;
      }
      at += count;
    }
  }

  private long address(long index) {
    return base + place(index, layout.memoryStrides(), layout.memoryOffset()) * dtype.bytes();
  }

  private long place(long index, long[] strides, long offset) {
    long[] sizes = layout.sizes();
    long place = offset;
    for (int d = sizes.length - 1; d > 0; d--) {
      place += index % sizes[d] * strides[d];
      index /= sizes[d];
    }
    return place + index * strides[0];
  }
}
