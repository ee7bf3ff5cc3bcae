// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.initium.Device;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;

@CudaTest
class CudaStreamTest implements Released {
  /** What is known of a stream is; an engine may wrap its own anew for each fill. */
  @Test
  void aStreamWrappedAgainIsTheSame() {
    Gpu gpu = Gpus.of(Device.cuda(0));
    CudaStream stream = CudaStream.borrowed(gpu, 5);
    CudaStream again = CudaStream.borrowed(gpu, 5);
    CudaStream other = CudaStream.borrowed(gpu, 6);
    assertEquals(stream, again);
    assertSame(stream.state(), again.state());
    assertNotEquals(stream, other);
    assertNotSame(stream.state(), other.state());
  }
}
