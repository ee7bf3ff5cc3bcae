// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import org.junit.jupiter.api.AfterEach;

/** Gives back, after each test, what the backend keeps: so that what is left is a leak. */
public interface Released {
  @AfterEach
  default void releaseTheBackend() {
    Gpus.release();
  }
}
