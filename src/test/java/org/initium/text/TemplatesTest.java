// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * A text of the user that is taken for a template fails at its first '%', or prints what it should
 * not: every template is a constant of the program, or the parameter {@code template} of a method
 * whose callers are looked at in the same way.
 */
class TemplatesTest {
  /** Methods that take a template, and which argument it is; more are found by their parameter. */
  private static Map<String, Integer> takers() {
    Map<String, Integer> takers = new HashMap<>();
    takers.put("format", 0);
    takers.put("printf", 0);
    takers.put("formatted", -1);
    return takers;
  }

  @Test
  void areConstantsOfTheProgram() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
    }
    List<String> faults = faults(sources);
    assertTrue(faults.isEmpty(), () -> String.join("\n", faults));
  }

  @Test
  void aTextOfTheUserIsFound() throws IOException {
    String head = "class A { String wrong(int n, String template, Object... a) { return f(%s); } ";
    String f = "static String f(String template) { return String.format(template); } ";
    assertEquals(List.of(), faults(List.of(head.replace("%s", "template") + f + "}")));
    for (String call :
        List.of(
            "String.format(name)",
            "wrong(1, \"a\" + name)",
            "System.out.printf(java.util.Locale.ROOT, name)",
            "name.formatted(1)",
            "f(name)")) {
      String source =
          head.replace("%s", "template") + f + "String g(String name) { " + call + "; } }";
      assertEquals(1, faults(List.of(source)).size(), call);
    }
  }

  private static List<String> faults(List<String> sources) throws IOException {
    Map<String, Integer> takers = takers();
    List<String> faults = new ArrayList<>();
    List<CompilationUnitTree> units = parse(sources);
    for (CompilationUnitTree unit : units) {
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitMethod(MethodTree method, Void unused) {
          for (int p = 0; p < method.getParameters().size(); p++) {
            if (method.getParameters().get(p).getName().contentEquals("template")) {
              takers.put(method.getName().toString(), p);
            }
          }
          return super.visitMethod(method, unused);
        }
      }.scan(unit, null);
    }
    for (CompilationUnitTree unit : units) {
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
          ExpressionTree template = template(call, takers);
          if (template != null && !isConstant(template)) {
            faults.add(unit.getSourceFile().getName() + ": " + call);
          }
          return super.visitMethodInvocation(call, unused);
        }
      }.scan(unit, null);
    }
    return faults;
  }

  private static ExpressionTree template(MethodInvocationTree call, Map<String, Integer> takers) {
    ExpressionTree method = call.getMethodSelect();
    String name =
        method instanceof MemberSelectTree select
            ? select.getIdentifier().toString()
            : method.toString();
    Integer at = takers.get(name);
    boolean isOther = // ByteSize.format, DecimalFormat.format
        name.equals("format")
            && !method.toString().matches("(Text|String|System\\.\\w+|out|err)\\..*");
    if (at == null || isOther || call.getArguments().size() <= at) {
      return null;
    }
    if (at < 0) {
      return ((MemberSelectTree) method).getExpression();
    }
    boolean afterLocale = call.getArguments().get(at).toString().endsWith("Locale.ROOT");
    return call.getArguments().get(afterLocale ? at + 1 : at);
  }

  private static boolean isConstant(ExpressionTree tree) {
    return switch (tree) {
      case LiteralTree literal -> true;
      case IdentifierTree name -> name.getName().toString().matches("template|[A-Z][A-Z_0-9]*");
      case ParenthesizedTree inner -> isConstant(inner.getExpression());
      case BinaryTree sum -> isConstant(sum.getLeftOperand()) && isConstant(sum.getRightOperand());
      case ConditionalExpressionTree choice ->
          isConstant(choice.getTrueExpression()) && isConstant(choice.getFalseExpression());
      default -> false;
    };
  }

  private static List<CompilationUnitTree> parse(List<String> sources) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<JavaFileObject> objects = new ArrayList<>();
      for (String source : sources) {
        String name = source.replaceFirst("(?s).*?\\b(class|record|interface|enum) (\\w+).*", "$2");
        objects.add(
            new SimpleJavaFileObject(
                URI.create("string:///" + name.replaceAll("\\W", "") + ".java"),
                JavaFileObject.Kind.SOURCE) {
              @Override
              public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
              }
            });
      }
      JavacTask task =
          (JavacTask) compiler.getTask(null, files, d -> {}, List.of("-proc:none"), null, objects);
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      return units;
    }
  }
}
