// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.io.File;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.FanModeType;
import org.bytedeco.pytorch.T_LongLong_T;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kConv1D;
import org.bytedeco.pytorch.kConv2D;
import org.bytedeco.pytorch.kConv3D;
import org.bytedeco.pytorch.kConvTranspose1D;
import org.bytedeco.pytorch.kConvTranspose2D;
import org.bytedeco.pytorch.kConvTranspose3D;
import org.bytedeco.pytorch.kFanIn;
import org.bytedeco.pytorch.kFanOut;
import org.bytedeco.pytorch.kLeakyReLU;
import org.bytedeco.pytorch.kLinear;
import org.bytedeco.pytorch.kReLU;
import org.bytedeco.pytorch.kSigmoid;
import org.bytedeco.pytorch.kTanh;
import org.initium.initializer.Fans;
import org.initium.initializer.Nonlinearity;

/** PyTorch's C++ library in this process, by way of org.bytedeco:pytorch. */
final class InProcessLibtorch {
  private InProcessLibtorch() {}

  /**
   * Unpacks the libraries in a process of its own: the first with an empty JavaCPP cache crashes on
   * its way, and what comes after is sound.
   */
  static void unpack() throws IOException, InterruptedException {
    Process first = new ProcessBuilder(command()).redirectErrorStream(true).start();
    first.getOutputStream().close();
    first.getInputStream().readAllBytes();
    if (!first.waitFor(5, TimeUnit.MINUTES)) {
      first.destroyForcibly();
      throw new IOException("libtorch was not unpacked within 5 minutes");
    }
  }

  private static String[] command() {
    return new String[] {
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "--enable-native-access=ALL-UNNAMED",
      "-cp",
      System.getProperty("java.class.path").replace(';', File.pathSeparatorChar),
      InProcessLibtorch.class.getName()
    };
  }

  /** Loads libtorch and fills once. */
  public static void main(String[] arguments) {
    torch.uniform_(torch.empty(4));
  }

  static org.bytedeco.pytorch.Tensor empty(Shape shape) {
    return torch.empty(shape.sizes()).to(torch.ScalarType.Double);
  }

  static double[] values(org.bytedeco.pytorch.Tensor tensor) {
    double[] values = new double[(int) tensor.numel()];
    tensor.data_ptr_double().get(values);
    Reference.reachabilityFence(tensor); // the pointer does not keep the memory alive
    return values;
  }

  static Fans fans(org.bytedeco.pytorch.Tensor tensor) {
    T_LongLong_T fans = torch._calculate_fan_in_and_fan_out(tensor);
    return new Fans(fans.get0(), fans.get1());
  }

  static FanModeType mode(Fans.Mode mode) {
    return mode == Fans.Mode.FAN_IN
        ? new FanModeType(new kFanIn())
        : new FanModeType(new kFanOut());
  }

  /** libtorch has all of torch but SELU. */
  static org.bytedeco.pytorch.Nonlinearity nonlinearity(Nonlinearity nonlinearity) {
    return switch (nonlinearity) {
      case LINEAR -> new org.bytedeco.pytorch.Nonlinearity(new kLinear());
      case CONV1D -> new org.bytedeco.pytorch.Nonlinearity(new kConv1D());
      case CONV2D -> new org.bytedeco.pytorch.Nonlinearity(new kConv2D());
      case CONV3D -> new org.bytedeco.pytorch.Nonlinearity(new kConv3D());
      case CONV_TRANSPOSE1D -> new org.bytedeco.pytorch.Nonlinearity(new kConvTranspose1D());
      case CONV_TRANSPOSE2D -> new org.bytedeco.pytorch.Nonlinearity(new kConvTranspose2D());
      case CONV_TRANSPOSE3D -> new org.bytedeco.pytorch.Nonlinearity(new kConvTranspose3D());
      case SIGMOID -> new org.bytedeco.pytorch.Nonlinearity(new kSigmoid());
      case TANH -> new org.bytedeco.pytorch.Nonlinearity(new kTanh());
      case RELU -> new org.bytedeco.pytorch.Nonlinearity(new kReLU());
      case LEAKY_RELU -> new org.bytedeco.pytorch.Nonlinearity(new kLeakyReLU());
      case SELU, GELU_M2, GELU_TANH_M2, SILU_M2, SWISH_M2, MISH_M2, ELU_M2 ->
          throw new IllegalArgumentException("libtorch has no " + nonlinearity);
    };
  }
}
