// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.initium.cli.console.Failure;
import org.initium.text.Text;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a command takes, and what it does, as picocli reads it. Said by calls and not by
 * annotations, whose reading takes a start 60 ms. Values are there when the line is read.
 */
final class Syntax {
  /** So that picocli looks for no types of java.time and java.sql, which takes a start 20 ms. */
  private static final String NO_CONVERTERS = "picocli.converters.excludes";

  static {
    System.setProperty(NO_CONVERTERS, "java\\..*");
  }

  /** What picocli makes are lists and maps; its own factory looks through all jars for Groovy. */
  private static final IFactory FACTORY =
      new IFactory() {
        @Override
        public <K> K create(Class<K> type) {
          return type.cast(type == Map.class ? new LinkedHashMap<>() : new ArrayList<>());
        }
      };

  private Callable<Integer> does;
  private final CommandSpec spec;

  /** A command with the usual options for help and the version. */
  Syntax(String name, String header, String... description) {
    this(true, name, header, description);
  }

  private Syntax(boolean isCommand, String name, String header, String... description) {
    Callable<Integer> called = isCommand ? () -> does.call() : null;
    spec = CommandSpec.wrapWithoutInspection(called, FACTORY).name(name);
    spec.usageMessage().header(header).synopsisHeading("%nUsage: ").description(description);
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help message and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print version information and exit.")
            .build());
  }

  /** What has commands, and does nothing itself. */
  static Syntax program(String name, String header) {
    return new Syntax(false, name, header);
  }

  /** Help names the options in the order in which they are said here. */
  Syntax inOrder() {
    spec.usageMessage().sortOptions(false);
    return this;
  }

  Syntax footer(String... lines) {
    spec.usageMessage().footer(lines);
    return this;
  }

  Syntax version(String line) {
    spec.version(line);
    return this;
  }

  /** Has a command of that name. */
  Syntax with(Syntax command) {
    spec.usageMessage().synopsisSubcommandLabel("COMMAND");
    spec.addSubcommand(command.spec.name(), new CommandLine(command.spec, FACTORY));
    return this;
  }

  /** What it does; returns the exit status. */
  Syntax does(Callable<Integer> what) {
    does = what;
    return this;
  }

  /** A word that stands at that place, from 0 on. */
  <T> Supplier<T> word(int place, String label, Function<String, T> parse, String... description) {
    PositionalParamSpec word =
        PositionalParamSpec.builder()
            .index(Integer.toString(place))
            .arity("1")
            .required(true)
            .paramLabel(label)
            .type(Object.class)
            .converters(converter(parse))
            .description(description)
            .build();
    spec.addPositional(word);
    return value(word);
  }

  /** Whether it is there. */
  Supplier<Boolean> flag(String name, String... description) {
    return add(
        OptionSpec.builder(name).type(boolean.class).initialValue(false).description(description));
  }

  /** An option that may be left out. */
  <T> Supplier<Optional<T>> option(
      String name, String label, Function<String, T> parse, String... description) {
    Supplier<T> value = add(option(name, label, description).converters(converter(parse)));
    return () -> Optional.ofNullable(value.get());
  }

  /** An option that must be there. */
  <T> Supplier<T> required(
      String name, String label, Function<String, T> parse, String... description) {
    return add(option(name, label, description).required(true).converters(converter(parse)));
  }

  /** An option that has a value also where it is left out. */
  <T> Supplier<T> usual(
      String name,
      String label,
      Function<String, T> parse,
      String byDefault,
      String... description) {
    return add(
        option(name, label, description).defaultValue(byDefault).converters(converter(parse)));
  }

  /** A whole number of 32 bits. */
  static int count(String text) {
    return (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** A whole number of 64 bits. */
  static long whole(String text) {
    return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long whole(String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below, as what is out of range is
    }
    throw new IllegalArgumentException(
        Text.message("'%s' is not a whole number of at most %d", text, most));
  }

  /** An option that may be given several times. */
  <T> Supplier<List<T>> list(
      String name, String label, Function<String, T> parse, String... description) {
    return add(
        option(name, label, description)
            .type(List.class)
            .auxiliaryTypes(Object.class)
            .initialValue(List.of())
            .converters(converter(parse)));
  }

  /** Names and values, {@code NAME=VALUE} each; of two for a name, the last. */
  Supplier<Map<String, String>> map(String name, String label, String... description) {
    Supplier<List<Map.Entry<String, String>>> entries =
        list(name, label, text -> entry(label, text), description);
    return () -> {
      Map<String, String> map = new LinkedHashMap<>();
      entries.get().forEach(entry -> map.put(entry.getKey(), entry.getValue()));
      return map;
    };
  }

  private static Map.Entry<String, String> entry(String label, String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(Text.message("'%s' is not %s, as layers=24", text, label));
    }
    return Map.entry(text.substring(0, equals), text.substring(equals + 1));
  }

  private static OptionSpec.Builder option(String name, String label, String... description) {
    return OptionSpec.builder(name).paramLabel(label).type(Object.class).description(description);
  }

  private <T> Supplier<T> add(OptionSpec.Builder builder) {
    OptionSpec option = builder.build();
    spec.addOption(option);
    return value(option);
  }

  private static <T> Supplier<T> value(ArgSpec argument) {
    return argument::getValue;
  }

  private static ITypeConverter<?> converter(Function<String, ?> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /** Reads a line and does what it says; returns the exit status. */
  int run(String... arguments) {
    CommandLine line = new CommandLine(spec, FACTORY);
    line.setParameterExceptionHandler(Syntax::usageError);
    line.setExecutionExceptionHandler((e, command, parsed) -> Failure.of(thrown(e)).report(e));
    line.setExpandAtFiles(false); // a name that begins with @ is a file's, not a list of options
    line.setUsageHelpWidth(100); // to ask a terminal for its width would start a process
    line.setUsageHelpLongOptionsMaxWidth(28);
    return line.execute(arguments);
  }

  /** What a command threw: picocli wraps errors, such as that memory is used up. */
  private static Throwable thrown(Exception e) {
    return e instanceof CommandLine.ExecutionException && e.getCause() != null ? e.getCause() : e;
  }

  private static int usageError(ParameterException e, String[] arguments) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = Failure.line(e.getMessage().lines().findFirst().orElse("bad usage"));
    String remedy = Text.message("%s; see %s --help", suggestion(e), name);
    System.err.println(name + ": " + message + remedy);
    return Failure.BAD_INPUT;
  }

  private static String suggestion(ParameterException e) {
    return e instanceof UnmatchedArgumentException unmatched
            && !unmatched.getSuggestions().isEmpty()
        ? "; did you mean " + unmatched.getSuggestions().getFirst() + "?"
        : "";
  }
}
