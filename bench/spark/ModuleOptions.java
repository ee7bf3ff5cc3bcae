// SPDX-License-Identifier: Apache-2.0
import org.apache.spark.launcher.JavaModuleOptions;

/** Prints what Spark's launcher gives a driver's Java. */
public class ModuleOptions {
  public static void main(String[] arguments) {
    System.out.println(String.join("\n", JavaModuleOptions.defaultModuleOptionArray()));
  }
}
