// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.initium.text.Text;

/** The generators as the command line and recipes write them. */
final class GeneratorExpression {
  private static final String KINDS =
      "philox, torch-cpu, torch-cpu(version=2.10), torch-cuda, torch-cuda(gpu=A100) and"
          + " torch-cuda(sms=108, threads=2048)";

  private GeneratorExpression() {}

  static Generator parse(String text, long seed) {
    String trimmed = text.trim();
    int open = trimmed.indexOf('(');
    if (open >= 0 && !trimmed.endsWith(")")) {
      throw unknown(text);
    }
    String kind = open < 0 ? trimmed : trimmed.substring(0, open).trim();
    Map<String, String> arguments =
        open < 0 ? Map.of() : arguments(text, trimmed.substring(open + 1, trimmed.length() - 1));
    if (!arguments.isEmpty() && !kind.startsWith("torch-")) {
      throw unknown(text);
    }
    return switch (kind) {
      case "philox" -> Generator.philox(seed);
      case "torch-cpu" ->
          arguments.isEmpty()
              ? Generator.torchCpu(seed)
              : Generator.torchCpu(seed, version(text, arguments));
      case "torch-cuda" ->
          arguments.isEmpty()
              ? Generator.torchCuda(seed)
              : Generator.torchCuda(seed, geometry(text, arguments));
      default -> throw unknown(text);
    };
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        Text.message("generator '%s' is not known; there are %s", text, KINDS));
  }

  private static Map<String, String> arguments(String text, String list) {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String part : list.isBlank() ? new String[0] : list.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw unknown(text);
      }
      arguments.put(part.substring(0, equals).trim(), part.substring(equals + 1).trim());
    }
    return arguments;
  }

  private static TorchVersion version(String text, Map<String, String> arguments) {
    if (!arguments.keySet().equals(Set.of("version"))) {
      throw unknown(text);
    }
    return TorchVersion.of(arguments.get("version"));
  }

  private static GpuGeometry geometry(String text, Map<String, String> arguments) {
    if (arguments.keySet().equals(Set.of("gpu"))) {
      return GpuGeometry.of(arguments.get("gpu"));
    }
    if (arguments.keySet().equals(Set.of("sms", "threads"))) {
      return new GpuGeometry(
          number(text, "sms", arguments.get("sms")),
          number(text, "threads", arguments.get("threads")));
    }
    throw unknown(text);
  }

  private static int number(String text, String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          Text.message("generator '%s': %s = %s is not a whole number", text, name, value), e);
    }
  }
}
