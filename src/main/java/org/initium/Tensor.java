// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import org.initium.random.Generator;
import org.initium.spi.StridedLayout;
import org.initium.text.Text;

/**
 * Elements of one {@link DType} in a {@link Storage}, seen as an array of a {@link Shape}. A tensor
 * owns its storage or wraps memory of someone else's; views share the storage of the tensor that
 * they were made from and become invalid with it.
 *
 * <p>A tensor can be a region of a larger one that exists nowhere as a whole ({@link #shardOf}):
 * its fill is then that slice of the fill of the whole, bit for bit.
 *
 * @since 0.1.0
 */
public final class Tensor implements AutoCloseable {
  private final Storage storage;
  private final DType dtype;
  private final StridedShape place;
  private final Shape whole;
  private final long[] origin;
  private final boolean region;
  private final boolean view;

  private Tensor(
      Storage storage,
      DType dtype,
      StridedShape place,
      Shape whole,
      long[] origin,
      boolean region,
      boolean view) {
    this.storage = storage;
    this.dtype = dtype;
    this.place = place;
    this.whole = whole;
    this.origin = origin;
    this.region = region;
    this.view = view;
  }

  /**
   * {@return a tensor with memory of its own, not initialized, which the caller closes}
   *
   * {@snippet :
   * try (Tensor tensor = Tensor.empty(Shape.of(512, 256), DType.BF16, Device.CPU)) {
   *   tensor.fill(Init.xavierUniform(), generator);
   * }
   * }
   *
   * @param shape the sizes
   * @param dtype the element type
   * @param device where
   * @throws OutOfMemoryException if the device has not so much
   * @throws DeviceUnavailableException if there is no such device
   */
  public static Tensor empty(Shape shape, DType dtype, Device device) {
    long bytes = StridedShape.rowMajor(shape).bytes(dtype);
    return of(Backend.of(device).allocate(device, bytes), shape, dtype);
  }

  /**
   * {@return a tensor in the host's memory, not initialized, which the caller closes}
   *
   * {@snippet :
   * try (Tensor tensor = Tensor.empty(Shape.of(512, 256), DType.F32)) {
   *   tensor.fill(Init.xavierUniform(), generator);
   * }
   * }
   *
   * @param shape the sizes
   * @param dtype the element type
   * @throws OutOfMemoryException if the host has not so much
   */
  public static Tensor empty(Shape shape, DType dtype) {
    return empty(shape, dtype, Device.CPU);
  }

  /**
   * {@return a tensor over native memory of someone else's, row-major, from the segment's first
   * byte on} As {@link #wrap(MemorySegment, Shape, long[], DType)} otherwise.
   *
   * {@snippet :
   * MemorySegment memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(4 * 512 * 256));
   * Tensor.wrap(memory, Shape.of(512, 256), DType.F32).fill(Init.normal(), generator);
   * }
   *
   * @param memory native memory, which need not be aligned
   * @param shape the sizes
   * @param dtype the element type
   * @throws IllegalArgumentException if the segment is on the heap, read-only, or too small
   */
  public static Tensor wrap(MemorySegment memory, Shape shape, DType dtype) {
    return wrap(memory, shape, shape.rowMajorStrides(), dtype);
  }

  /**
   * {@return a tensor over native memory of someone else's, whose first element is at the segment's
   * first byte; closing it frees nothing} The segment is kept: memory of an automatic arena or of a
   * direct ByteBuffer lives as long as the tensor. Closing its arena makes each later use of the
   * tensor an {@link IllegalStateException}, and fails while a fill is running.
   *
   * {@snippet :
   * Shape shape = Shape.of(512, 256);
   * MemorySegment memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(4 * 512 * 256));
   * Tensor.wrap(memory, shape, shape.columnMajorStrides(), DType.F32).fill(Init.eye(), generator);
   * }
   *
   * @param strides distances in memory, in elements, between neighbors in each dimension: {@link
   *     Shape#rowMajorStrides}, {@link Shape#columnMajorStrides}, or any others of 0 or more. An
   *     element's value depends on its index in {@code shape} alone and not on the strides.
   * @param memory native memory
   * @param shape the sizes
   * @param dtype the element type
   * @throws IllegalArgumentException if the segment is on the heap, read-only or too small, or the
   *     strides do not fit the shape
   * @throws IllegalStateException if its arena is closed or confined to another thread
   */
  public static Tensor wrap(MemorySegment memory, Shape shape, long[] strides, DType dtype) {
    return of(
        Backend.of(Device.CPU).wrap(memory), "segment", StridedShape.of(shape, strides), dtype);
  }

  /**
   * {@return a tensor over memory of someone else's by its address on the device, row-major} As
   * {@link #wrap(Device, long, Shape, long[], DType)} otherwise.
   *
   * {@snippet :
   * long address = weight.storage().address(); // a pointer of C, of a CUdeviceptr
   * Tensor.wrap(Device.CPU, address, Shape.of(512, 256), DType.F32).fill(Init.ones(), generator);
   * }
   *
   * @param device where the memory is
   * @param address the first element
   * @param shape the sizes
   * @param dtype the element type
   * @throws IllegalArgumentException if the device has no such memory, or, but on the CPU, the
   *     address is not a multiple of an element's size
   */
  public static Tensor wrap(Device device, long address, Shape shape, DType dtype) {
    return wrap(device, address, shape, shape.rowMajorStrides(), dtype);
  }

  /**
   * {@return a tensor over memory of someone else's by the address of its first element on the
   * device; closing it frees nothing} Nothing can be asked of an address: the caller promises that
   * the memory is there, may be written, and stays until the tensor is used no more and the fills
   * queued on it are done. A promise that is not kept ends the process or changes memory of someone
   * else's.
   *
   * {@snippet :
   * long[] strides = {1, 512}; // column by column
   * long address = weight.storage().address();
   * Shape shape = Shape.of(512, 256);
   * Tensor.wrap(Device.CPU, address, shape, strides, DType.F32).fill(Init.eye(), generator);
   * }
   *
   * @param strides as for a segment
   * @param device where the memory is
   * @param address the first element
   * @param shape the sizes
   * @param dtype the element type
   * @throws IllegalArgumentException if the device has no such memory, the strides do not fit the
   *     shape, or, but on the CPU, the address is not a multiple of an element's size
   */
  public static Tensor wrap(Device device, long address, Shape shape, long[] strides, DType dtype) {
    StridedShape place = StridedShape.of(shape, strides);
    Storage storage = Backend.of(device).wrap(device, address, place.bytes(dtype));
    return of(storage, "storage", place, dtype);
  }

  /**
   * {@return a tensor over the first bytes of a storage, row-major} Closing it closes the storage.
   *
   * {@snippet :
   * Tensor halves = Tensor.of(weight.storage(), Shape.of(512, 256), DType.F16);
   * }
   *
   * @param storage the memory
   * @param shape the sizes
   * @param dtype the element type
   * @throws IllegalArgumentException if the storage is too small, or on a device at an address that
   *     is not a multiple of an element's size
   */
  public static Tensor of(Storage storage, Shape shape, DType dtype) {
    return of(storage, "storage", StridedShape.rowMajor(shape), dtype);
  }

  private static Tensor of(Storage storage, String what, StridedShape place, DType dtype) {
    place.checkFits(storage, what, dtype);
    Shape shape = place.shape();
    return new Tensor(storage, dtype, place, shape, new long[shape.rank()], false, false);
  }

  /** {@return the memory} */
  public Storage storage() {
    return storage;
  }

  /** {@return where the memory is} */
  public Device device() {
    return storage.device();
  }

  /** {@return the element type} */
  public DType dtype() {
    return dtype;
  }

  /** {@return the sizes of this tensor: of the region, where it is one} */
  public Shape shape() {
    return place.shape();
  }

  /**
   * {@return distance in memory, in elements, between neighbors in dimension {@code d}}
   *
   * @param d a dimension, from the end if negative
   */
  public long stride(int d) {
    return place.strides()[shape().dimension(d)];
  }

  /** {@return the place of the first element in the storage, in elements} */
  public long memoryOffset() {
    return place.offset();
  }

  /**
   * {@return the shape of the tensor that this is a region of; its own shape where it is not one}
   */
  public Shape whole() {
    return whole;
  }

  /** {@return whether {@link #shardOf} made this tensor, be it of the size of the whole} */
  public boolean isRegion() {
    return region;
  }

  /**
   * {@return the index of this tensor's first element in the whole, one for each dimension; a copy}
   */
  public long[] origin() {
    return origin.clone();
  }

  /** {@return where the elements are, in the fewest dimensions} */
  public StridedLayout layout() {
    return StridedLayout.of(
        shape().sizes(), place.strides(), place.offset(), whole.rowMajorStrides(), origin);
  }

  /** {@return whether the elements lie in memory in row-major order without a gap} */
  public boolean isContiguous() {
    return place.isContiguous();
  }

  /**
   * {@return the elements {@code start} to {@code start + length - 1} of dimension {@code d}, as
   * torch's narrow: a view, and a whole tensor of its own for fans and random stream}
   *
   * @param d a dimension, from the end if negative
   * @param start the first index, 0 or more
   * @param length how many, 0 or more
   * @throws IllegalArgumentException if the range is not inside the dimension
   */
  public Tensor narrow(int d, long start, long length) {
    return view(place.narrow(d, start, length));
  }

  /**
   * {@return the elements with that index in dimension {@code d}, without the dimension: a view,
   * torch's select}
   *
   * @param d a dimension, from the end if negative
   * @param index the index, 0 or more
   * @throws IllegalArgumentException if there is no such dimension or index
   */
  public Tensor select(int d, long index) {
    return view(place.select(d, index));
  }

  /**
   * {@return the same elements with two dimensions exchanged: a view, torch's transpose}
   *
   * @param a a dimension, from the end if negative
   * @param b another
   * @throws IllegalArgumentException if there is no such dimension
   */
  public Tensor transpose(int a, int b) {
    return view(place.transpose(a, b));
  }

  /**
   * {@return every {@code step}-th element of dimension {@code d} from {@code start} on: a view,
   * x[start::step]}
   *
   * @param d a dimension, from the end if negative
   * @param start the first index, 0 or more; behind the end there is nothing
   * @param step the distance, 1 or more
   * @throws IllegalArgumentException if there is no such dimension, start is negative or step is
   *     below 1
   */
  public Tensor every(int d, long start, long step) {
    return view(place.every(d, start, step));
  }

  /**
   * {@return the same elements with the dimensions in that order: a view, torch's permute}
   *
   * @param order each dimension once, from the end if negative
   * @throws IllegalArgumentException if it is not each dimension once
   */
  public Tensor permute(int... order) {
    StridedShape all = new StridedShape(whole, origin, 0).permute(order);
    return new Tensor(
        storage, dtype, place.permute(order), all.shape(), all.strides(), region, true);
  }

  /**
   * {@return the same elements in another shape: a view}
   *
   * @param sizes the sizes, of as many elements
   * @throws IllegalArgumentException if the tensor is not contiguous or the counts differ
   */
  public Tensor reshape(long... sizes) {
    return view(place.reshape(Shape.of(sizes)));
  }

  private Tensor view(StridedShape seen) {
    Shape shape = seen.shape();
    return new Tensor(storage, dtype, seen, shape, new long[shape.rank()], false, true);
  }

  /**
   * {@return this memory as the region of a larger tensor that starts at {@code origin}} Fills give
   * the region's slice of the fill of the whole, and fans come from the global shape.
   *
   * @param globalShape shape of the whole, of as many dimensions
   * @param origin the index of this tensor's first element in the whole, one number for each
   *     dimension
   * @throws IllegalArgumentException if the region is not inside the global shape
   */
  public Tensor shardOf(Shape globalShape, long... origin) {
    Shape shape = shape();
    boolean inside = globalShape.rank() == shape.rank() && origin.length == shape.rank();
    for (int d = 0; inside && d < shape.rank(); d++) {
      inside = origin[d] >= 0 && origin[d] <= globalShape.size(d) - shape.size(d);
    }
    if (!inside) {
      throw new IllegalArgumentException(
          Text.message(
              "a region of shape %s at %s is not inside %s",
              shape, Arrays.toString(origin), globalShape));
    }
    return new Tensor(storage, dtype, place, globalShape, origin.clone(), true, true);
  }

  /**
   * {@return the same view of other memory, from its first byte on}
   *
   * @param other memory of the same device, of as many bytes as the view reaches
   * @throws IllegalArgumentException if it is too small
   */
  public Tensor over(Storage other) {
    StridedShape first = new StridedShape(shape(), place.strides(), 0);
    first.checkFits(other, "storage", dtype);
    return new Tensor(other, dtype, first, whole, origin, region, true);
  }

  /**
   * Fills with an initializer, and waits until it is done.
   *
   * @param initializer which gives the law for the shape of the whole: an {@code Init}, a lambda
   * @param generator what it draws from, moved past the words of the whole
   * @return this tensor
   * @throws IllegalArgumentException as {@link #fill(Fill, Generator, Stream)}
   */
  public Tensor fill(Initializer initializer, Generator generator) {
    Stream stream = Backend.of(device()).defaultStream(device());
    fill(initializer, generator, stream);
    stream.synchronize();
    return this;
  }

  /**
   * Queues a fill with an initializer on a stream of this tensor's device.
   *
   * @param initializer which gives the law for the shape of the whole: an {@code Init}, a lambda
   * @param generator what it draws from, moved past the words of the whole
   * @param stream a stream of this tensor's device
   * @return this tensor, whose elements are there when the stream is done
   * @throws IllegalArgumentException as {@link #fill(Fill, Generator, Stream)}
   */
  public Tensor fill(Initializer initializer, Generator generator, Stream stream) {
    return fill(initializer.fill(whole), generator, stream);
  }

  /**
   * Queues a fill on a stream of this tensor's device, and moves the generator past the words of
   * the whole tensor. A tensor without elements is left alone, and so is the generator.
   *
   * <p>What is wrong with the arguments is found before the generator moves. Where a device fails
   * (out of memory, a lost context), the generator may have moved and the elements are undefined,
   * as in PyTorch; fill from a {@link Generator#copy} if the same words are to be drawn again.
   *
   * @param fill the law
   * @param generator what it draws from
   * @param stream a stream of this tensor's device
   * @return this tensor, whose elements are there when the stream is done
   * @throws IllegalArgumentException if the fill does not fit the shape or dtype, the stream is
   *     another device's, or elements may share memory; the generator has not moved
   * @throws IllegalStateException if the tensor was closed; the generator has not moved
   * @throws InitiumException if the device failed
   */
  public Tensor fill(Fill fill, Generator generator, Stream stream) {
    Objects.requireNonNull(generator, "generator");
    fill.check(whole, dtype);
    checkCanBeFilled(stream);
    if (whole.numel() > 0) {
      during(new FillBatch.Single(this, fill, generator, stream));
    }
    return this;
  }

  /** Does work on the bare address of the memory, which is there until that is done. */
  void during(Runnable work) {
    try {
      storage.during(work);
    } finally {
      Reference.reachabilityFence(storage);
    }
  }

  /** Throws if the stream is another device's, or the memory was closed or cannot be filled. */
  void checkCanBeFilled(Stream stream) {
    if (!stream.device().equals(device())) {
      throw new IllegalArgumentException(
          Text.message("the stream is on %s, the tensor on %s", stream.device(), device()));
    }
    if (whole.numel() > 0) {
      storage.address();
    }
    if (place.mayOverlap()) {
      throw new IllegalArgumentException(
          Text.message("elements of %s may share memory and cannot be filled;", place)
              + " give strides of which each is more than the smaller ones reach");
    }
  }

  /**
   * {@return the bytes of a contiguous tensor in the host's memory} They are there until the tensor
   * is closed, or nobody can reach it any more; where the tensor owns its memory, a later access
   * throws an {@link IllegalStateException}.
   *
   * @throws UnsupportedOperationException if this is a view that is not contiguous, or on a device
   *     that the host cannot read
   */
  public MemorySegment segment() {
    if (!isContiguous()) {
      throw new UnsupportedOperationException("a view that is not contiguous has no one segment");
    }
    return storage
        .segment()
        .asSlice(place.offset() * dtype.bytes(), shape().numel() * dtype.bytes());
  }

  /**
   * {@return the element at an index, exactly; for host memory}
   *
   * @param index one number for each dimension
   * @throws IndexOutOfBoundsException if there is no such element
   * @throws UnsupportedOperationException on a device that the host cannot read
   */
  public double get(long... index) {
    return dtype.get(storage.segment(), place.place(index));
  }

  /**
   * {@return a contiguous copy in the host's memory, which the caller closes} It is made once all
   * work on the default stream is done.
   *
   * @throws UnsupportedOperationException if this is a view that is not contiguous
   * @throws OutOfMemoryException if the host has not so much
   */
  public Tensor toCpu() {
    if (!isContiguous()) {
      throw new UnsupportedOperationException("copy the tensor that this view was made from");
    }
    storage.address(); // throws if closed
    Tensor copy = empty(shape(), dtype, Device.CPU);
    try {
      Backend backend = Backend.of(device());
      Stream stream = backend.defaultStream(device());
      if (shape().numel() > 0) {
        long from = place.offset() * dtype.bytes();
        during(() -> backend.copyToHost(storage, from, copy.segment(), stream));
      }
      stream.synchronize();
      return copy;
    } catch (RuntimeException | Error e) {
      copy.close();
      throw e;
    }
  }

  /**
   * Copies the elements in row-major order to arrays on the heap, one after another: to one, or to
   * the rows of a matrix.
   *
   * @param arrays one array, or the rows of a matrix
   * @throws IllegalArgumentException if the arrays do not have as many elements together
   */
  public void copyTo(double[]... arrays) {
    try (Tensor host = device().equals(Device.CPU) ? view(place) : toCpu()) {
      host.place.copy(host.storage, dtype, arrays);
    }
  }

  /** Frees memory of its own; does nothing for wrapped memory, for a view, or a second time. */
  @Override
  public void close() {
    if (!view) {
      storage.close();
    }
  }

  @Override
  public String toString() {
    return "Tensor(" + shape() + ", " + dtype + ", " + device() + ")";
  }
}
