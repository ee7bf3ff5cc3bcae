package org.initium;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import org.initium.expression.Checks;
import org.initium.random.Generator;
import org.initium.spi.StridedLayout;

/**
 * Elements of one {@link DType} in a {@link Storage}, seen as an array of a {@link Shape}. A tensor
 * owns its storage or wraps memory of someone else's; views share the storage of the tensor that
 * they were made from and become invalid with it.
 *
 * <p>A tensor can be a region of a larger one that exists nowhere as a whole ({@link #shardOf}):
 * its fill is then that slice of the fill of the whole, bit for bit.
 */
public final class Tensor implements AutoCloseable {
  private final Storage storage;
  private final DType dtype;
  private final Shape shape;
  private final long[] strides;
  private final long memoryOffset;
  private final Shape whole;
  private final long[] origin;
  private final boolean region;
  private final boolean view;

  private Tensor(
      Storage storage,
      DType dtype,
      Shape shape,
      long[] strides,
      long memoryOffset,
      Shape whole,
      long[] origin,
      boolean region,
      boolean view) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.memoryOffset = memoryOffset;
    this.whole = whole;
    this.origin = origin;
    this.region = region;
    this.view = view;
  }

  /**
   * A tensor with memory of its own, not initialised.
   *
   * @throws OutOfMemoryException if the device has not so much
   * @throws DeviceUnavailableException if there is no such device
   */
  public static Tensor empty(Shape shape, DType dtype, Device device) {
    return of(Backend.of(device).allocate(device, bytes(shape, dtype)), shape, dtype);
  }

  /** A tensor in the host's memory, not initialised. */
  public static Tensor empty(Shape shape, DType dtype) {
    return empty(shape, dtype, Device.CPU);
  }

  /**
   * A tensor over native memory of someone else's, row-major, from the segment's first byte on. The
   * segment must stay alive as long as the tensor is used.
   *
   * @throws IllegalArgumentException if the segment is on the heap or too small
   */
  public static Tensor wrap(MemorySegment memory, Shape shape, DType dtype) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(
          "the segment is on the Java heap; wrap native memory (Arena.allocate, a mapped file)");
    }
    if (memory.byteSize() < bytes(shape, dtype)) {
      throw new IllegalArgumentException(
          "the segment has %d bytes; shape %s in %s needs %d"
              .formatted(memory.byteSize(), shape, dtype, bytes(shape, dtype)));
    }
    return wrap(Device.CPU, memory.address(), shape, dtype);
  }

  /** The host reads elements anywhere (in a mapped file, say); a device would be lost over it. */
  private static void checkAligned(Storage storage, DType dtype) {
    if (storage.device().equals(Device.CPU) || storage.address() % dtype.bytes() == 0) {
      return;
    }
    throw new IllegalArgumentException(
        "address 0x%x on %s is not a multiple of %d, as elements in %s are on a device"
            .formatted(storage.address(), storage.device(), dtype.bytes(), dtype));
  }

  /**
   * A tensor over memory of someone else's by its address on the device, row-major.
   *
   * @throws IllegalArgumentException if the device has no such memory, or, but on the CPU, the
   *     address is not a multiple of an element's size
   */
  public static Tensor wrap(Device device, long address, Shape shape, DType dtype) {
    return of(Backend.of(device).wrap(device, address, bytes(shape, dtype)), shape, dtype);
  }

  /**
   * A tensor over the first bytes of a storage, row-major. Closing it closes the storage.
   *
   * @throws IllegalArgumentException if the storage is too small, or on a device at an address that
   *     is not a multiple of an element's size
   */
  public static Tensor of(Storage storage, Shape shape, DType dtype) {
    long needed = bytes(shape, dtype);
    if (storage.bytes() < needed) {
      throw new IllegalArgumentException(
          "the storage has %d bytes; shape %s in %s needs %d"
              .formatted(storage.bytes(), shape, dtype, needed));
    }
    checkAligned(storage, dtype);
    long[] strides = shape.rowMajorStrides();
    return new Tensor(
        storage, dtype, shape, strides, 0, shape, new long[shape.rank()], false, false);
  }

  private static long bytes(Shape shape, DType dtype) {
    try {
      return Math.multiplyExact(shape.numel(), dtype.bytes());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape " + shape + " in " + dtype + " needs more than 2^63 - 1 bytes", e);
    }
  }

  /** The memory. */
  public Storage storage() {
    return storage;
  }

  /** Where the memory is. */
  public Device device() {
    return storage.device();
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** The sizes of this tensor: of the region, where it is one. */
  public Shape shape() {
    return shape;
  }

  /** Distance in memory, in elements, between neighbours in dimension {@code d}. */
  public long stride(int d) {
    return strides[shape.dimension(d)];
  }

  /** The place of the first element in the storage, in elements. */
  public long memoryOffset() {
    return memoryOffset;
  }

  /** The shape of the tensor that this is a region of; its own shape where it is not one. */
  public Shape whole() {
    return whole;
  }

  /** Whether {@link #shardOf} made this tensor, be it of the size of the whole. */
  public boolean isRegion() {
    return region;
  }

  /** The index of this tensor's first element in the whole, one for each dimension; a copy. */
  public long[] origin() {
    return origin.clone();
  }

  /** Where the elements are, in the fewest dimensions. */
  public StridedLayout layout() {
    return StridedLayout.of(shape.sizes(), strides, memoryOffset, whole.rowMajorStrides(), origin);
  }

  /** Whether the elements lie in memory in row-major order without a gap. */
  public boolean isContiguous() {
    if (shape.numel() == 0) {
      return true;
    }
    long step = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      if (shape.size(d) != 1 && strides[d] != step) {
        return false;
      }
      step *= shape.size(d);
    }
    return true;
  }

  /**
   * The elements {@code start} to {@code start + length - 1} of dimension {@code d}, as torch's
   * narrow: a view, and a whole tensor of its own for fans and random stream.
   *
   * @throws IllegalArgumentException if the range is not inside the dimension
   */
  public Tensor narrow(int d, long start, long length) {
    int dim = shape.dimension(d);
    if (start < 0 || length < 0 || length > shape.size(dim) - start) {
      throw new IllegalArgumentException(
          "narrow(%d, %d, %d) does not fit shape %s: dimension %d has %d elements"
              .formatted(d, start, length, shape, dim, shape.size(dim)));
    }
    return view(shape.with(dim, length), strides, memoryOffset + start * strides[dim]);
  }

  /** The elements with that index in dimension {@code d}, without the dimension: torch's select. */
  public Tensor select(int d, long index) {
    int dim = shape.dimension(d);
    Tensor slice = narrow(dim, index, 1);
    return view(Shape.of(without(shape.sizes(), dim)), without(strides, dim), slice.memoryOffset);
  }

  private static long[] without(long[] values, int at) {
    long[] rest = new long[values.length - 1];
    System.arraycopy(values, 0, rest, 0, at);
    System.arraycopy(values, at + 1, rest, at, rest.length - at);
    return rest;
  }

  /** Every {@code step}-th element of dimension {@code d} from {@code start} on: x[start::step]. */
  public Tensor every(int d, long start, long step) {
    int dim = shape.dimension(d);
    Checks.that(step >= 1, "step", step, "1 or more");
    Checks.that(start >= 0, "start", start, "0 or more");
    long count = Math.max(0, (shape.size(dim) - start + step - 1) / step);
    long[] wider = strides.clone();
    wider[dim] *= step;
    return view(
        shape.with(dim, count),
        wider,
        count == 0 ? memoryOffset : memoryOffset + start * strides[dim]);
  }

  /**
   * The same elements in another shape: a view.
   *
   * @throws IllegalArgumentException if the tensor is not contiguous or the counts differ
   */
  public Tensor reshape(long... sizes) {
    Shape reshaped = Shape.of(sizes);
    if (reshaped.numel() != shape.numel()) {
      throw new IllegalArgumentException(
          "shape %s has %d elements; it cannot become %s with %d"
              .formatted(shape, shape.numel(), reshaped, reshaped.numel()));
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException(
          "a view with strides %s of shape %s is not contiguous and cannot be reshaped"
              .formatted(Arrays.toString(strides), shape));
    }
    return view(reshaped, reshaped.rowMajorStrides(), memoryOffset);
  }

  private Tensor view(Shape viewed, long[] viewStrides, long offset) {
    return new Tensor(
        storage, dtype, viewed, viewStrides, offset, viewed, new long[viewed.rank()], false, true);
  }

  /**
   * This memory as the region of a larger tensor that starts at {@code origin}: fills give the
   * region's slice of the fill of the whole, and fans come from the global shape.
   *
   * @throws IllegalArgumentException if the region is not inside the global shape
   */
  public Tensor shardOf(Shape globalShape, long... origin) {
    boolean inside = globalShape.rank() == shape.rank() && origin.length == shape.rank();
    for (int d = 0; inside && d < shape.rank(); d++) {
      inside = origin[d] >= 0 && origin[d] <= globalShape.size(d) - shape.size(d);
    }
    if (!inside) {
      throw new IllegalArgumentException(
          "a region of shape %s at %s is not inside %s"
              .formatted(shape, Arrays.toString(origin), globalShape));
    }
    return new Tensor(
        storage, dtype, shape, strides, memoryOffset, globalShape, origin.clone(), true, true);
  }

  /** The same view of other memory, from its first byte on; refused if that is too small. */
  public Tensor over(Storage other) {
    long needed = layout().span() * dtype.bytes();
    if (other.bytes() < needed) {
      throw new IllegalArgumentException(
          other.bytes() + " bytes of storage are less than this view's " + needed);
    }
    checkAligned(other, dtype);
    return new Tensor(other, dtype, shape, strides, 0, whole, origin, region, true);
  }

  /** Fills with an initialiser, and waits until it is done. */
  public Tensor fill(Initializer initializer, Generator generator) {
    Stream stream = Backend.of(device()).defaultStream(device());
    fill(initializer, generator, stream);
    stream.synchronize();
    return this;
  }

  /** Queues a fill with an initialiser on a stream of this tensor's device. */
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
   * @throws IllegalArgumentException if the fill does not fit the shape or dtype, or the stream is
   *     another device's; the generator has not moved
   * @throws IllegalStateException if the tensor was closed; the generator has not moved
   * @throws InitiumException if the device failed
   */
  public Tensor fill(Fill fill, Generator generator, Stream stream) {
    Objects.requireNonNull(generator, "generator");
    fill.check(whole, dtype);
    checkCanBeFilled(stream);
    if (whole.numel() > 0) {
      Backend.Queue now = (part, law, own) -> Backend.of(device()).fill(part, law, own, stream);
      try {
        new Filler(generator, now).fill(this, fill);
      } finally {
        Reference.reachabilityFence(storage); // backends write to its bare address
      }
    }
    return this;
  }

  /** Throws if the stream is another device's or the memory was closed. */
  void checkCanBeFilled(Stream stream) {
    if (!stream.device().equals(device())) {
      throw new IllegalArgumentException(
          "the stream is on %s, the tensor on %s".formatted(stream.device(), device()));
    }
    if (whole.numel() > 0) {
      storage.address();
    }
  }

  /**
   * The bytes of a contiguous tensor in the host's memory. They are there until the tensor is
   * closed, or nobody can reach it any more; where the tensor owns its memory, a later access
   * throws an {@link IllegalStateException}.
   *
   * @throws UnsupportedOperationException on a device that the host cannot read
   */
  public MemorySegment segment() {
    if (!isContiguous()) {
      throw new UnsupportedOperationException("a view that is not contiguous has no one segment");
    }
    return storage.segment().asSlice(memoryOffset * dtype.bytes(), shape.numel() * dtype.bytes());
  }

  /** The element at an index, which has one number for each dimension; for host memory. */
  public double get(long... index) {
    return dtype.get(storage.segment(), place(index));
  }

  private long place(long[] index) {
    boolean inside = index.length == shape.rank();
    long at = memoryOffset;
    for (int d = 0; inside && d < index.length; d++) {
      inside = index[d] >= 0 && index[d] < shape.size(d);
      at += index[d] * strides[d];
    }
    if (!inside) {
      throw new IndexOutOfBoundsException(
          "index " + Arrays.toString(index) + " is not inside shape " + shape);
    }
    return at;
  }

  /** A contiguous copy in the host's memory, made once all work on the default stream is done. */
  public Tensor toCpu() {
    if (!isContiguous()) {
      throw new UnsupportedOperationException("copy the tensor that this view was made from");
    }
    storage.address(); // throws if closed
    Tensor copy = empty(shape, dtype, Device.CPU);
    try {
      Backend backend = Backend.of(device());
      Stream stream = backend.defaultStream(device());
      if (shape.numel() > 0) {
        backend.copyToHost(storage, memoryOffset * dtype.bytes(), copy.segment(), stream);
      }
      stream.synchronize();
      return copy;
    } catch (RuntimeException | Error e) {
      copy.close();
      throw e;
    } finally {
      Reference.reachabilityFence(storage);
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
    return "Tensor(" + shape + ", " + dtype + ", " + device() + ")";
  }
}
