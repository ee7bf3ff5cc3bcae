// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import java.util.Optional;
import java.util.function.Function;

/** A library that a program may do without, and the artifact of ours that brings it. */
public enum Artifact {
  JCUDA("CUDA needs JCuda", "jcuda.driver.JCudaDriver", "initium-cuda", "jcuda"),
  JCURAND("cuRAND needs JCurand", "jcuda.jcurand.JCurand", "initium-cuda", "jcurand"),
  JCUSOLVER(
      "orthogonal on CUDA needs JCusolver",
      "jcuda.jcusolver.JCusolver",
      "initium-cuda",
      "jcusolver"),
  PICOCLI("the command line needs picocli", "picocli.CommandLine", "initium-cli", "info.picocli"),
  XCHART("--plot needs XChart", "org.knowm.xchart.XYChart", "initium-cli", "org.knowm.xchart");

  private final String need;
  private final String type;
  private final String artifact;
  private final String module;

  Artifact(String need, String type, String artifact, String module) {
    this.need = need;
    this.type = type;
    this.artifact = artifact;
    this.module = module;
  }

  /** What to add, on one line, where the library is not there. */
  public Optional<String> missing() {
    try {
      Class.forName(type, false, Artifact.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of(
          advice(need, artifact, " and --add-modules " + module + " to the options of the JVM"));
    }
  }

  /**
   * Asks whether the library is there, before a class that is linked with it is touched.
   *
   * @param failure makes what is thrown where it is not, of what to add
   */
  public void require(Function<String, RuntimeException> failure) {
    Optional<String> advice = missing();
    if (advice.isPresent()) {
      throw failure.apply(advice.get());
    }
  }

  /**
   * What to do about something that is not there.
   *
   * @param onModulePath what else is to be done on the module path, where a jar that no module
   *     requires is not looked into
   */
  public static String advice(String need, String artifact, String onModulePath) {
    String advice =
        Text.message(
            "%s: add org.initium:%s (its type is pom) to the dependencies", need, artifact);
    return Artifact.class.getModule().isNamed() ? advice + onModulePath : advice;
  }
}
