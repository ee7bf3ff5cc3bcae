// SPDX-License-Identifier: Apache-2.0
import org.initium.{DType, Fill, Initializer, Shape, Tensor}
import org.initium.initializer.Init
import org.initium.random.Generator
import scala.util.Using

@main def outside(): Unit =
  Using.resource(Tensor.empty(Shape.of(512, 256), DType.BF16)) { weight =>
    weight.fill(Init.kaimingUniform().set("mode", "fan_out"), Generator.philox(42))
    println(s"scala: $weight begins with ${weight.get(0, 0)}")
    weight.fill((shape => Fill.Constant(shape.numel.toDouble)): Initializer, Generator.philox(42))
    println(s"scala: a lambda gives ${weight.get(0, 0)}")
  }
