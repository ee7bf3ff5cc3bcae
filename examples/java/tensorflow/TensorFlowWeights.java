// SPDX-License-Identifier: Apache-2.0
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.initium.DType;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.tensorflow.ndarray.buffer.DataStorageVisitor;
import org.tensorflow.types.TFloat32;

/** Weights of TensorFlow-Java, filled where they are before the runtime reads them. */
public final class TensorFlowWeights implements DataStorageVisitor<MemorySegment> {
  private TensorFlowWeights() {}

  public static void fill(TFloat32 weight, Initializer initializer, Generator generator) {
    Shape shape = Shape.of(weight.shape().asArray());
    MemorySegment memory = weight.asRawTensor().data().accept(new TensorFlowWeights());
    Tensor.wrap(memory, shape, DType.F32).fill(initializer, generator);
  }

  @Override
  public MemorySegment visit(ByteBuffer buffer) {
    return MemorySegment.ofBuffer(buffer.duplicate().clear());
  }

  @Override
  @SuppressWarnings("restricted") // TensorFlow says how many bytes are there
  public MemorySegment visit(long address, long length, long scale) {
    return MemorySegment.ofAddress(address).reinterpret(length * scale);
  }

  @Override
  public MemorySegment fallback() {
    throw new IllegalArgumentException("the weight is not in native memory");
  }
}
