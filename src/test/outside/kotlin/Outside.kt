// SPDX-License-Identifier: Apache-2.0
import org.initium.DType
import org.initium.Initializer
import org.initium.Fill
import org.initium.Shape
import org.initium.Tensor
import org.initium.initializer.Init
import org.initium.random.Generator

fun main() {
  Tensor.empty(Shape.of(512, 256), DType.BF16).use { weight ->
    weight.fill(Init.kaimingUniform().set("mode", "fan_out"), Generator.philox(42))
    println("kotlin: $weight begins with ${weight.get(0, 0)}")
    weight.fill(Initializer { shape -> Fill.Constant(shape.numel().toDouble()) }, Generator.philox(42))
    println("kotlin: a lambda gives ${weight.get(0, 0)}")
  }
}
