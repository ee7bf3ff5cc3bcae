// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * A test class that needs a CUDA device: the software device, or with {@code -Dinitium.cuda=real}
 * the GPU of this machine.
 *
 * <p>On the software device every test starts without findings, faults and counts, and fails when
 * the device found a defect that the test did not {@link SoftDevice#reset} away, or when it leaves
 * memory, streams, events or graphs behind. A parameter of type {@link SoftDevice} is resolved, in
 * tests that have the tag {@link #SOFTWARE_DEVICE}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("cuda")
@ExtendWith(CudaTest.Extension.class)
public @interface CudaTest {
  /** The tag of tests that only the software device can run. */
  String SOFTWARE_DEVICE = "software-device";

  /** Loads the device, and looks after each test whether it was left clean. */
  final class Extension
      implements BeforeAllCallback,
          BeforeEachCallback,
          AfterEachCallback,
          TestExecutionExceptionHandler,
          ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(Extension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
      if (!SoftDevice.realGpu()) {
        SoftDevice.require();
      }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
      if (SoftDevice.realGpu()) {
        return;
      }
      SoftDevice device = SoftDevice.require();
      device.reset();
      context.getStore(NAMESPACE).put("population", device.population());
    }

    @Override
    public void afterEach(ExtensionContext context) {
      if (SoftDevice.realGpu() || context.getExecutionException().isPresent()) {
        return;
      }
      SoftDevice device = SoftDevice.require();
      device.setFaults("");
      if (device.findings() > 0) {
        throw new AssertionError(
            "the device found defects:\n" + String.join("\n", device.findingTexts()));
      }
      Map<?, ?> before = context.getStore(NAMESPACE).get("population", Map.class);
      Map<String, Long> after = device.population();
      if (!after.equals(before)) {
        throw new AssertionError(
            "the test left objects behind: before " + before + ", after " + after);
      }
    }

    /** On a real GPU a test that skips itself has failed. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
        throws Throwable {
      if (SoftDevice.realGpu() && failure instanceof TestAbortedException) {
        throw new AssertionError("skipped, which is a failure on a real GPU", failure);
      }
      throw failure;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == SoftDevice.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      if (!context.getTags().contains(SOFTWARE_DEVICE)) {
        throw new ParameterResolutionException(
            "a test with a SoftDevice has to have the tag %s: on a GPU it is left out"
                .formatted(SOFTWARE_DEVICE));
      }
      return SoftDevice.require();
    }
  }
}
