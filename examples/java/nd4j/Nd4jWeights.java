// SPDX-License-Identifier: Apache-2.0
import java.util.Arrays;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.initium.DType;
import org.initium.Device;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Weights of Deeplearning4j: {@code new DenseLayer.Builder().weightInit(new Nd4jWeights(...))}. */
public final class Nd4jWeights implements IWeightInit {
  private static final long serialVersionUID = 1;
  private final transient Initializer initializer;
  private final transient Generator generator;

  public Nd4jWeights(Initializer initializer, Generator generator) {
    this.initializer = initializer;
    this.generator = generator;
  }

  /** The view is this weight's part of the flat array of all layers; reshaped, it is no copy. */
  @Override
  public INDArray init(double in, double out, long[] shape, char order, INDArray view) {
    return fill(view.reshape(order, shape), initializer, generator);
  }

  /** In place, with its own strides: 'f' is what Deeplearning4j's weights are in. */
  public static INDArray fill(INDArray array, Initializer initializer, Generator generator) {
    DType dtype =
        DType.parse(array.dataType().name().replace("FLOAT", "F32").replace("DOUBLE", "F64"));
    long address = array.data().addressPointer().address(); // address() leaves the offset out
    long[] shape = array.shape();
    long[] strides = Arrays.copyOf(array.stride(), shape.length);
    Tensor.wrap(Device.CPU, address, Shape.of(shape), strides, dtype).fill(initializer, generator);
    return array;
  }
}
