// SPDX-License-Identifier: Apache-2.0
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.initium.Tensor;

/** A model of ONNX Runtime whose weights' file is not there: Initium makes the weights. */
public final class OnnxWeights {
  private OnnxWeights() {}

  /** The weights, in f32, by the names of the model's external initializers; kept as they are. */
  public static OrtSession session(
      OrtEnvironment environment, byte[] model, Map<String, Tensor> weights) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      Map<String, OnnxTensorLike> external = new HashMap<>();
      for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
        external.put(weight.getKey(), over(environment, weight.getValue()));
      }
      options.addExternalInitializers(external);
      return environment.createSession(model, options);
    }
  }

  /** The same memory: keep the tensor open as long as the session. */
  private static OnnxTensor over(OrtEnvironment environment, Tensor tensor) throws OrtException {
    var bytes = tensor.segment().asByteBuffer().order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(environment, bytes, tensor.shape().sizes(), OnnxJavaType.FLOAT);
  }
}
