package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CudaStreamTest {
  /** Memory remembers the streams that use it; an engine may wrap its own anew for each fill. */
  @Test
  void aStreamWrappedAgainIsTheSame() {
    Set<CudaStream> users = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      users.add(CudaStream.borrowed(null, 5));
    }
    assertEquals(1, users.size());
    assertNotEquals(CudaStream.borrowed(null, 6), CudaStream.borrowed(null, 5));
  }
}
