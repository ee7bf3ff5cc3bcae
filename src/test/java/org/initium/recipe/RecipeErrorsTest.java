// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RecipeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to get a recipe wrong is one line: where, what, and what would be right. */
class RecipeErrorsTest {
  private static final String RULES = "\nrules: [{match: '*', init: zeros}]";

  static Stream<Arguments> wrong() {
    return Stream.of(
        row("", "1:1: the recipe is empty"),
        row("# nothing", "1:1: the recipe is empty"),
        row("a: " + "[".repeat(20_000), "1:1: not sound YAML: lists and mappings are nested too"),
        row("[1, 2]", "1:1: a recipe is a list, not a mapping of names to values"),
        row("hello", "1:1: a recipe is 'hello', not a mapping"),
        row("tensors: {a: [1]", "1:17: not sound YAML: while parsing a flow mapping"),
        row("tensors:\n  a: [1]\n b: [2]" + RULES, "3:2: not sound YAML: "),
        row("a: 1\n---\nb: 2", "2:1: not sound YAML: expected a single document"),
        tensors("&x {a: [1]}", "1:10: anchors and aliases are not taken"),
        row(
            "tensor: {a: [1]}" + RULES,
            "1:1: a recipe has no 'tensor'; did you mean tensors? (it takes vars,"),
        row("tensors: {a: [1]}", "1:1: a recipe needs 'rules'"),
        row("rules: []", "1:1: the recipe has no tensors; give 'tensors' or 'template'"),
        tensors("{}", "1:1: the recipe has no tensors"),
        tensors("{a: [1], a: [2]}", "1:19: key 'a' stands already at "),
        tensors("{[a]: [1]}", "1:11: a key is a list or mapping; write a name"),
        tensors("{'a{0..2}': [1], a1: [2]}", "1:27: tensor 'a1' is there already"),
        tensors("{a: 5}", "1:14: shape of 'a' is '5', not a list"),
        tensors("{a: [-1]}", "1:15: size 0 of 'a': '-1' is -1, not a whole number"),
        tensors("{a: [1.5]}", "size 0 of 'a': '1.5' is 1.5, not a whole number"),
        tensors("{a: [3/2]}", "size 0 of 'a': '3/2' is 1.5, not a whole number"),
        tensors("{a: !foo [2]}", "tags are not taken; write the value without '!foo'"),
        tensors("{a: [two]}", "1:15: size 0 of 'a': "),
        tensors("{a: [2*]}", "1:15: size 0 of 'a': "),
        tensors("{a: [[1]]}", "1:15: size 0 of 'a' is a list, not a text"),
        tensors("{a: ['']}", "1:15: size 0 of 'a' is empty"),
        tensors("{a: [1e12, 1e12]}", "1:14: shape [1000000000000, 1000000000000]"),
        tensors("{a: {dtype: f32}}", "1:14: tensor 'a' needs 'shape'"),
        tensors("{a: {shape: [1], type: f32}}", "1:27: tensor 'a' has no 'type'"),
        tensors("{a: {shape: [1], dtype: f8}}", "1:34: dtype 'f8' is not known"),
        row("dtype: int\ntensors: {a: [1]}" + RULES, "1:8: dtype 'int' is not known; use one of"),
        tensors("{'a{0..}': [1]}", "1:11: range '{0..}': "),
        tensors("{'a{3..1}': [1]}", "1:1: the recipe has no tensors"),
        tensors("{'a{0..9999999}': [1]}", "1:11: 'a{0..9999999}' stands for 10000000"),
        tensors("{'a{0..1': [1]}", "1:11: '{' without '}' behind it in name"),
        tensors("{'a}0..1': [1]}", "1:11: '}' without '{' before it in name"),
        tensors("{'a{b}': [1]}", "1:11: '{b}' is neither a range {0..11} nor a list"),
        tensors("{'': [1]}", "1:11: '' cannot be the name of a tensor"),
        tensors("{__metadata__: [1]}", "'__metadata__' cannot be the name of a tensor"),
        row(
            "vars: {a: b*2}\ntensors: {a: [1]}" + RULES,
            "1:11: variable 'a': unknown variable 'b'"),
        row(
            "vars: {a: 1/0}\ntensors: {a: [1]}" + RULES,
            "variable 'a': the value is Infinity; a finite number is needed"),
        row("vars: {2a: 1}\ntensors: {a: [1]}" + RULES, "1:8: '2a' is not a name of letters"),
        row("vars: [1]\ntensors: {a: [1]}" + RULES, "1:7: 'vars' is a list, not a mapping"),
        row("tensors: {a: [1]}\nrules: {}", "2:8: 'rules' is a mapping, not a list"),
        row("tensors: {a: [1], b: [1]}\nrules: []", "2:8: no rule matches a, b"),
        row(
            "tensors: {a: [1], b: [1]}\nrules: [{match: a, init: ones}]",
            "no rule matches b; a pattern is of the whole name"),
        row("tensors: {'a{0..20}': [1]}\nrules: []", "a7 and 13 more (21 in all)"),
        rule("{init: ones}", "3:5: a rule needs 'match'"),
        rule("{match: '*'}", "3:5: a rule has one of 'init', 'parts', 'like' and 'norm_of'"),
        rule("{match: '*', init: ones, parts: []}", "a rule has one of 'init', 'parts', 'like'"),
        rule("{match: '{a', init: ones}", "3:13: braces do not pair in pattern '{a'"),
        rule(
            "{match: '*', int: ones}",
            "3:18: a rule has no 'int'; did you mean init? (it takes match, init"),
        rule("{match: '*', init: gaussian}", "3:24: "),
        rule("{match: '*', init: normal(std=-1)}", "3:24: "),
        rule("{match: '*', init: 'normal(std=0.02'}", "3:24: "),
        rule("{match: '*', init: 'normal(std=0.02*depth)'}", "3:24: "),
        rule("{match: '*', init: 'normal(sd=0.02)'}", "3:24: "),
        rule("{match: '*', init: []}", "3:24: 'init' is an empty list"),
        rule("{match: '*', init: [[ones]]}", "3:25: 'init' is a list, not a text"),
        rule("{match: '*', init: uniform(-0.1, 0.1)}", "a comma inside of braces needs quotes"),
        rule("{match: *, init: ones}", "a pattern that begins with * needs quotes"),
        rule("{match: [], init: ones}", "3:13: a list of name patterns has at least one"),
        rule("{match: '{n}', init: 'normal(std=m)'}", "3:26: unknown variable 'm'"),
        rule("{match: '{n}', init: 'normal(std=n)'}", "3:26: 'n' is 'w', which is not a number"),
        rule("{match: '{n}.{n}', init: ones}", "3:13: pattern '{n}.{n}' captures a name twice"),
        rule("{match: ['{n}', w], init: ones}", "3:13: the patterns of a rule capture the same"),
        row(
            "vars: {n: 1}\ntensors: {w: [1]}\nrules: [{match: '{n}', init: ones}]",
            "3:17: capture '{n}' has the name of a variable"),
        rule("{match: '*', like: v}", "3:24: tensor 'w' is like 'v', which is not there"),
        rule("{match: '*', like: w}", "3:24: w is like w, which ends nowhere"),
        rule("{match: '*', like: '{m}'}", "3:24: '{m}' is not captured by 'match'"),
        rule("{match: '*', like: w, init: ones}", "3:5: a rule has one of"),
        rule("{match: '*', like: w, stream: v}", "3:5: a rule with 'like' has no 'stream'"),
        rule("{match: '*', init: ones, write: once}", "3:5: a rule with 'init' has no 'write'"),
        rule("{match: '*', norm_of: w, write: once}", "a rule with 'norm_of' has no 'write'"),
        rule("{match: '*', like: w, write: twice}", "'write' is once or again, not 'twice'"),
        rule("{match: '*', init: ones, seed: -1}", "'seed': '-1' is -1, not a whole number"),
        rule("{match: '*', init: ones, then: ones}", "an item of 'then' is 'ones', not a mapping"),
        rule("{match: '*', init: ones, then: {init: ones}}", "an item of 'then' needs 'narrow'"),
        row(
            "tensors: {a: {like: b}, b: {like: c}, c: {like: a}}\nrules: []",
            "1:21: a is like b is like c is like a, which ends nowhere"),
        row(
            "tensors: {a: [2], b: {like: a, shape: [3]}}\nrules: [{match: a, init: ones}]",
            "1:29: tensor 'b' of shape [3]: 'a', which it is like, has shape [2]"),
        row(
            "tensors: {a: [2], b: {like: a, dtype: bf16, write: once}}\n"
                + "rules: [{match: a, init: ones}]",
            "write: once needs the dtype of 'a', which is f32"),
        row(
            "tensors: {v: [4, 3], g: [3, 1]}\n"
                + "rules: [{match: v, init: ones}, {match: g, norm_of: v}]",
            "tensor 'g' of shape [3, 1]: 'v' has shape [4, 3]; a norm has its sizes, and 1"),
        row(
            "tensors: {v: [4, 3], g: {shape: [4, 1], dtype: i32}}\n"
                + "rules: [{match: v, init: ones}, {match: g, norm_of: v}]",
            "i32 has whole numbers alone, and the norm of 'v' is none"),
        row(
            "tensors: {a: [2], b: {like: a, dtype: i8}}\nrules: [{match: a, init: ones}]",
            "i8 has whole numbers alone, to which 'a' in f32 is not rounded"),
        row(
            "tensors: {a: {shape: [2], dtype: i64}, b: {like: a, dtype: i8}}\n"
                + "rules: [{match: a, init: ones}]",
            "i8 has whole numbers alone, to which 'a' in i64 is not rounded"),
        row("vars: {a: b}\ntensors: {a: [a]}" + RULES, "size 0 of 'a': 'a' is 'b', which is not a"),
        row("vars: {a: [1, [2]]}\ntensors: {a: [1]}" + RULES, "1:15: variable 'a' is a list, not"),
        row("vars: {a: [1, 2]}\ntensors: {a: [a]}" + RULES, "'a' is a list; 'a[0]' is its first"),
        row(
            "vars: {a: [1, 2]}\ntensors: {a: ['a[2]']}" + RULES,
            "there is no a[2]: a has 2 elements"),
        tensors("{a: [max(1, 2), 3]}", "a comma inside of brackets or braces needs"),
        rule("{match: '*', init: [uniform(0, 1), ones]}", "a comma inside of brackets or braces"),
        row("vars: {a: [1, 2]}\ntensors: {a: ['a[1']}" + RULES, "expected ']' but found the end"),
        row("vars: {a: len(3)}\ntensors: {a: [1]}" + RULES, "len(list) takes a variable that is a"),
        row("vars: {a: matches(x)}\ntensors: {a: [1]}" + RULES, "matches(word, 'pattern') takes a"),
        row("vars: {a: \"'x\"}\ntensors: {a: [1]}" + RULES, "expected the closing ' but found the"),
        row(
            "vars: {model_type: gpt2, heads: 3}\n"
                + "require: [heads > 2, \"matches(model_type, 'llama')\"]\n"
                + "tensors: {a: [1]}"
                + RULES,
            "2:22: the recipe is for models with matches(model_type, 'llama'); here model_type ="
                + " gpt2"),
        row("require: [x > 2]\ntensors: {a: [1]}" + RULES, "1:11: 'require': unknown variable 'x'"),
        row(
            "require: {x: 2}\ntensors: {a: [1]}" + RULES,
            "1:10: 'require' is a mapping, not a text"),
        row(
            "vars: {n: 1}\ntensors: {'a{n=0..1}': [1]}" + RULES,
            "2:11: range '{n=...}' has the name of a variable that is there"),
        tensors("{'a{n=0..1}b{n=0..1}': [1]}", "range '{n=...}' has the name of a"),
        tensors("{'a{n=0..1}.': {'b{n=0..1}': [1]}}", "range '{n=...}' has the name"),
        tensors("{'a{n=x,y}': [1]}", "'{n=x,y}' is neither a range {0..11} nor a list"),
        tensors("{'a{n=0..1}': ['n/0']}", "size 0 of 'a0': the value is NaN; a finite"),
        tensors("{'a{n=0..1}': {like: 'b{m}'}}", "'{m}' is not captured by 'match', nor"),
        rule(
            "{match: '*', parts: [{narrow: [0, 0, 4], init: []}]}",
            "3:52: 'init' is an empty list"),
        rule(
            "{match: '*', parts: [{narrow: [0, 0, 4], init: ones, then: {narrow: [0, 3, 2], init:"
                + " zeros}}]}",
            "3:64: tensor 'w' of shape [4, 6]: narrow [0, 3, 2] does not fit"),
        rule("{match: '*', init: ones, then: {narrow: [-3, 0, 1], init: ones}}", "no dimension -3"),
        rule("{match: '*', init: ones, then: {narrow: [0, -5, 1], init: ones}}", "[0, -5, 1] does"),
        rule(
            "{match: '*', init: \"kaiming_normal(nonlinearity='{act}')\"}",
            "'{act}' is not captured by 'match', nor a variable"),
        tensors("{a: {shape: [1], when: x}}", "1:33: 'when': "),
        tensors(
            "{'h.{0..1}': {w: [1]}}",
            "1:24: tensor 'h.0' has no 'w'; it takes shape, dtype, like, write, when; the name of"
                + " a group of tensors ends in a dot"),
        tensors("{a: {shape: [1], when: ''}}", "1:33: 'when' is empty"),
        tensors(
            "{a: {shape: [1], write: once}}",
            "1:34: 'write' of a tensor that is like no other is never, not 'once'"),
        tensors("{a: {shape: [1], write: [never]}}", "1:34: 'write' is a list, not"),
        tensors("{a: {shape: [1], write: ''}}", "1:34: 'write' is empty"),
        tensors(
            "{a: [1], b: {like: a, write: never}}", "1:39: 'write' is once or again, not 'never'"),
        tensors("{a: {like: [b]}}", "1:21: 'like' is a list, not a text"),
        tensors("{a: {like: ''}}", "1:21: 'like' is empty"),
        tensors("{a: {like: b}}", "1:21: tensor 'a' is like 'b', which is not there"),
        rule("{match: '*', init: ones, stream: ''}", "3:38: a name is empty"),
        rule("{match: '*', init: ones, stream: [x]}", "3:38: a name is a list, not a text"),
        rule("{match: '*', init: ones, stream: '{q}'}", "3:38: '{q}' is not captured by 'match'"),
        rule("{match: '*', init: ones, seed: 1.5}", "3:36: 'seed': '1.5' is 1.5, not a whole"),
        rule("{match: '*', init: ones, seed: x}", "3:36: 'seed': unknown variable 'x'"),
        rule("{match: '*', norm_of: x}", "3:27: tensor 'w' is the norm of 'x', which is not there"),
        rule("{match: '*', init: ones, then: {narrow: [0, 0, 9], init: ones}}", "does not fit"),
        rule(
            "{match: '*', init: ones, then: {narrow: [0, 0, 1]}}",
            "an item of 'then' needs 'init'"),
        rule("{match: '*', init: ones, then: []}", "3:36: 'then' is an empty list"),
        rule(
            "{match: '*', init: log(normal)}",
            "shape [4, 6]: log(init=normal): init = normal is not"),
        rule(
            "{match: '*', init: log(arange)}",
            "log(init=arange): the first value = -Infinity is not"),
        rule(
            "{match: '*', init: 'arange(1, 8)'}", "end = 8.0 is not allowed; it must be such that"),
        rule("{match: '*', init: arange(dim=2)}", "dim = 2 is not allowed; it must be a dimension"),
        rule("{match: '*', init: log(2)}", "3:24: "),
        rule("{match: '*', init: dt_bias(1)}", "3:24: dt_min = 1.0 is not allowed"),
        rule("{match: '*', init: sinusoidal(width=3)}", "the last dimension = 6 is not allowed"),
        rule("{match: '*', init: sinusoidal(order=wave)}", "3:24: "),
        row("keep: x\ntensors: {a: [1]}" + RULES, "1:7: 'keep' is 'x', not a list"),
        row(
            "keep: [{grow: true}]\ntensors: {a: [1]}" + RULES,
            "1:8: a rule of 'keep' needs 'match'"),
        shards("[{match: '*'}]", "3:10: a rule of 'shards' has either 'dim' or 'replicate: true'"),
        shards("[{match: '*', dim: 2}]", "tensor 'w' of shape [4, 6]: there is no dimension 2"),
        shards("[{match: '*', dim: -3}]", "there is no dimension -3; dimensions count from 0, or"),
        shards(
            "[{match: v, dim: 0}]",
            "3:10: no rule of 'shards' matches w; write {match: \"*\", dim: 0}"),
        shards("[{match: w, replicate: false}]", "'replicate' is true or left out, not 'false'"),
        shards("[{match: w, replicate: true, parts: [[0, 0, 4]]}]", "replicated has no 'parts'"),
        shards("[{match: w, dim: 0, parts: [[0, 0, 3]]}]", "the parts cover 18 of 24 elements"),
        shards("[{match: w, dim: 0, parts: [[1, 0, 3]]}]", "narrowed in the dimension that is cut"),
        row("vars: {from: none.json}\ntensors: {a: [1]}" + RULES, "1:14: "),
        row("vars: {from: recipe.yaml}\ntensors: {a: [1]}" + RULES, "1:14: "),
        rule("{match: '*', init: dirac}", "3:24: tensor 'w' of shape [4, 6]: dirac"),
        rule("{match: '*', parts: []}", "3:5: tensor 'w' of shape [4, 6]: the parts cover 0 of 24"),
        rule("{match: '*', parts: [{init: ones}]}", "3:26: a part needs 'narrow'"),
        rule("{match: '*', parts: [{narrow: [0, 0, 2], init: ones}]}", "the parts cover 12 of 24"),
        rule(
            "{match: '*', parts: [{narrow: [0, 0, 3], init: ones}, {narrow: [0, 2, 2], init:"
                + " ones}]}",
            "3:59: tensor 'w' of shape [4, 6]: part 2 overlaps part 1"),
        rule(
            "{match: '*', parts: [{narrow: [0, 2, 3], init: ones}]}",
            "narrow [0, 2, 3] does not fit"),
        rule("{match: '*', parts: [{narrow: [2, 0, 1], init: ones}]}", "there is no dimension 2"),
        rule("{match: '*', parts: [{narrow: [0, 1], init: ones}]}", "'narrow' takes [dimension,"),
        rule("{match: '*', parts: [{narrow: 0, init: ones}]}", "3:35: 'narrow' is '0', not a list"),
        row(
            "tensors: {w: [8, 8, 3, 3, 3]}\nrules: [{match: '*', init: icnr(upscale=1e10)}]",
            "upscale = 10000000000 is not allowed; it must be such that upscale^3 divides"),
        tensors("{\"w\\ud83d\": [1]}", "1:11: "),
        row("template: \"no\\0file\"" + RULES, "1:11: template: no file can have that name: Nul "),
        row("template: missing.safetensors" + RULES, "1:11: there is no template "),
        row("template: {exclude: a}" + RULES, "1:11: 'template' needs 'file'"),
        row("template: {file: recipe.yaml}" + RULES, "1:18: template "));
  }

  private static Arguments row(String recipe, String message) {
    return Arguments.of(recipe, message);
  }

  private static Arguments tensors(String tensors, String message) {
    return Arguments.of("tensors: " + tensors + RULES, message);
  }

  private static Arguments rule(String rule, String message) {
    return Arguments.of("tensors: {w: [4, 6]}\nrules:\n  - " + rule, message);
  }

  private static Arguments shards(String rules, String message) {
    return Arguments.of(
        "tensors: {w: [4, 6]}\nrules: [{match: '*', init: ones}]\nshards: " + rules, message);
  }

  @Test
  void aFolderIsNoRecipe(@TempDir Path folder) {
    String message = assertThrows(RecipeException.class, () -> Recipe.plan(folder)).getMessage();
    assertEquals(folder + ":1:1: a folder; give the recipe, a YAML file", message);
  }

  @Test
  void bytesBeyondALongAreSaid() {
    PlannedTensor large = new PlannedTensor("w", Shape.of(1L << 57), DType.F32, Init.zeros());
    Plan plan = new Plan(Collections.nCopies(17, large), List.of(), List.of());
    String message = assertThrows(IllegalArgumentException.class, plan::bytes).getMessage();
    assertEquals("the tensors, 17 in all, take more than 2^63 - 1 bytes", message);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void isOneLineWithItsPlace(String recipe, String message, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe);
    String actual = assertThrows(RecipeException.class, () -> Recipe.plan(file)).getMessage();
    assertEquals(1, actual.lines().count(), actual);
    assertTrue(actual.matches("\\Q" + file + "\\E:[0-9]+:[0-9]+: .+"), actual);
    assertTrue(actual.contains(message), actual);
  }
}
