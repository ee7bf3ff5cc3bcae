// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.util.Map;
import java.util.TreeMap;
import org.initium.text.Text;

/** The generators as the command line and recipes write them. */
final class GeneratorExpression {
  private static final String KINDS =
      "philox, torch-cpu, torch-cpu(version=2.10), torch-cuda, torch-cuda(gpu=A100) and"
          + " torch-cuda(sms=108, threads=2048)";

  private GeneratorExpression() {}

  static Generator parse(String text, long seed) {
    String call = text.trim();
    int open = call.indexOf('(');
    if (open >= 0 && !call.endsWith(")")) {
      throw unknown(text);
    }
    String kind = open < 0 ? call : call.substring(0, open).trim();
    Map<String, String> arguments =
        arguments(text, open < 0 ? "" : call.substring(open + 1, call.length() - 1));
    return switch (kind + arguments.keySet()) {
      case "philox[]" -> Generator.philox(seed);
      case "torch-cpu[]" -> Generator.torchCpu(seed);
      case "torch-cpu[version]" ->
          Generator.torchCpu(seed, TorchVersion.of(arguments.get("version")));
      case "torch-cuda[]" -> Generator.torchCuda(seed);
      case "torch-cuda[gpu]" -> Generator.torchCuda(seed, GpuGeometry.of(arguments.get("gpu")));
      case "torch-cuda[sms, threads]" ->
          Generator.torchCuda(
              seed,
              new GpuGeometry(number(text, arguments, "sms"), number(text, arguments, "threads")));
      default -> throw unknown(text);
    };
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        Text.message("generator '%s' is not known; there are %s", text, KINDS));
  }

  /** In the order of their names. */
  private static Map<String, String> arguments(String text, String list) {
    Map<String, String> arguments = new TreeMap<>();
    for (String part : list.isBlank() ? new String[0] : list.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = part.substring(0, Math.max(equals, 0)).trim();
      if (name.isEmpty()) { // a set of one such name would be written as the empty one
        throw unknown(text);
      }
      arguments.put(name, part.substring(equals + 1).trim());
    }
    return arguments;
  }

  private static int number(String text, Map<String, String> arguments, String name) {
    String value = arguments.get(name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          Text.message("generator '%s': %s = %s is not a whole number", text, name, value), e);
    }
  }
}
