// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.initium.testing.AnotherLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendTest {
  /** Finds a backend by the services. */
  static final class Finding implements Callable<String> {
    @Override
    public String call() {
      return Backend.of(Device.cuda(0)).type();
    }
  }

  /** Of a service that is broken only who needs it hears. */
  @Test
  void servicesBehindTheOneThatIsWantedAreNotLookedAt(@TempDir Path folder) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve("org.initium.Backend"), "org.initium.NoSuchBackend\n");
    try (AnotherLoader loader = new AnotherLoader(folder)) {
      assertEquals("cuda", loader.call(Finding.class));
    }
  }
}
