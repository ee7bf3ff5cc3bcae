package org.initium.cuda;

import org.junit.jupiter.api.AfterEach;

/** Gives back, after each test, what the backend keeps: so that what is left is a leak. */
interface Released {
  @AfterEach
  default void releaseTheBackend() {
    CudaBackend.release();
  }
}
