// SPDX-License-Identifier: Apache-2.0
import java.util.Arrays;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;

/** Times fills with torch-cpu: each argument is {@code expression|dtype|shape|repeats}. */
final class TorchCpuBench {
  private static final long WARM_UP = 3_000_000_000L;

  private TorchCpuBench() {}

  public static void main(String[] rows) {
    for (String row : rows) {
      String[] fields = row.split("\\|");
      Init init = Init.parse(fields[0]);
      int repeats = Integer.parseInt(fields[3]);
      try (Tensor tensor = Tensor.empty(Shape.parse(fields[2]), DType.parse(fields[1]))) {
        double[] seconds = new double[repeats];
        long warm = System.nanoTime() + WARM_UP;
        while (System.nanoTime() < warm) {
          tensor.fill(init, Generator.torchCpu(42));
        }
        for (int i = 0; i < repeats; i++) {
          Generator generator = Generator.torchCpu(42);
          long start = System.nanoTime();
          tensor.fill(init, generator);
          seconds[i] = (System.nanoTime() - start) * 1e-9;
        }
        Arrays.sort(seconds);
        System.out.println(seconds[repeats / 2]);
      }
    }
  }
}
