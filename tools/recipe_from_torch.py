#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the Initium recipe of a torch.nn.Module, in the order in which it draws.

    pip install torch==2.13.0
    python3 recipe_from_torch.py 'torch.nn.LSTM(8, 16, 2)' > lstm.yaml
    python3 recipe_from_torch.py --import my.models 'my.models.Net()' > net.yaml
    initium init lstm.yaml --generator torch-cpu --seed 7 --out lstm.safetensors

The module is built once under a dispatch mode that sees every operation on tensors, whoever calls
it: torch.nn.init, methods such as normal_, torch.randn. What is drawn and then overwritten or
thrown away stays in the recipe as a tensor with `write: never`, since later numbers depend on it.
Before the recipe is printed it is followed with torch itself and compared with the module, bit for
bit; what cannot be said in a recipe is an error (status 1) that names the tensor and the operation.
The g of weight_norm is said as `norm_of` its v. What is computed otherwise (tables of positions, rotary
frequencies, whole numbers neither all the same nor an arange) is left out and listed as a comment.
"""
import argparse
import functools
import importlib
import json
import math
import sys

import torch
from torch.utils._python_dispatch import TorchDispatchMode

DTYPES = {torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16"}
WHOLE = {torch.int64: "i64", torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8",
         torch.bool: "bool"}

# What draws by other means than one call of uniform_ or normal_, and what is written as a pattern.
COMPOSITES = ("trunc_normal_", "orthogonal_", "sparse_", "eye_", "dirac_")


class Unsupported(Exception):
    pass


class Event:
    """A write to a region of a storage: an initializer with its arguments."""

    def __init__(self, name, arguments, view, random):
        self.name, self.arguments, self.random = name, arguments, random
        self.offset, self.sizes, self.strides = view.storage_offset(), view.size(), view.stride()
        self.numel, self.dtype = view.numel(), view.dtype

    def expression(self):
        if self.name == "constant" and self.arguments["val"] in (0, 1):
            return "ones" if self.arguments["val"] else "zeros"
        arguments = ", ".join("%s=%s" % (k, number(v)) for k, v in self.arguments.items())
        return "%s(%s)" % (self.name, arguments) if arguments else self.name

    def covers(self, numel):
        return self.offset == 0 and self.numel == numel

    def region(self, shape):
        """Origin and sizes in a contiguous tensor of that shape; None for all of it."""
        numel = math.prod(shape)
        if self.covers(numel):
            return None
        strides = [math.prod(shape[d + 1:]) for d in range(len(shape))]
        origin = [self.offset // strides[d] % shape[d] for d in range(len(shape))]
        sizes = [1] * len(shape)
        last = -1
        for size, stride in zip(self.sizes, self.strides):
            if size == 1:
                continue
            d = next((d for d in range(last + 1, len(shape)) if strides[d] == stride), None)
            if d is None or origin[d] + size > shape[d]:
                raise Unsupported("%s of a view that is no box of %s" % (self.name, list(shape)))
            sizes[d], last = size, d
        return origin, sizes

    def replay(self, tensor):
        view = tensor.view(-1).as_strided(self.sizes, self.strides, self.offset)
        if self.name == "constant":
            view.fill_(self.arguments["val"])
        elif self.name == "uniform":
            view.uniform_(self.arguments["a"], self.arguments["b"])
        elif self.name == "arange":
            view.copy_(arange(view, self.arguments["dim"]))
        elif self.name == "normal":
            view.normal_(self.arguments.get("mean", 0.0), self.arguments["std"])
        else:
            getattr(torch.nn.init, self.name + "_")(view, **self.arguments)


class Norm:
    """The values of torch.norm_except_dim: weight_norm's g, of a v with these events."""

    def __init__(self, events, dim):
        self.events, self.dim = list(events), dim


def number(value):
    return str(value).lower() if isinstance(value, bool) else repr(value)


class Recorder(TorchDispatchMode):
    """The events of each storage since all of it was last overwritten."""

    def __init__(self):
        super().__init__()
        self.events = {}  # by storage: a list, or a text that says what cannot be said
        self.draws = []  # all random events in their order
        self.alive = []  # a storage's address is not given to another one meanwhile
        self.inside = 0

    @staticmethod
    def key(tensor):
        return tensor.untyped_storage()._cdata

    def record(self, tensor, event):
        key = self.key(tensor)
        if event.random:
            self.draws.append(event)
        whole = event.covers(tensor.untyped_storage().nbytes() // tensor.element_size())
        before = [] if whole else self.events.get(key, [])
        self.events[key] = before + [event] if isinstance(before, list) else before
        self.alive.append(tensor.untyped_storage())

    def spoil(self, tensor, why):
        self.events[self.key(tensor)] = why
        self.alive.append(tensor.untyped_storage())

    def norm(self, out, of, power, dim):
        events = self.events.get(self.key(of))
        if isinstance(events, list) and power == 2 and same_layout(of, of):
            self.events[self.key(out)] = Norm(events, dim)
            self.alive.append(out.untyped_storage())
        elif events is not None:
            self.spoil(out, "a norm of what is computed, or another than that of squares")

    def copy(self, target, source):
        events = self.events.get(self.key(source))
        if isinstance(events, Norm) and same_layout(target, source):
            self.events[self.key(target)] = events
            self.alive.append(target.untyped_storage())
        elif events is None:
            if self.key(target) in self.events:
                self.spoil(target, "copied from what is computed")
        elif same_layout(target, source) and isinstance(events, list):
            self.events[self.key(target)] = list(events)
            self.alive.append(target.untyped_storage())
        else:
            self.spoil(target, "copied in part or to another dtype")

    def scale(self, target, source, factor):
        events = self.events.get(self.key(source))
        if (isinstance(events, list) and len(events) == 1 and events[0].name == "normal"
                and same_layout(target, source) and not events[0].arguments.get("mean")):
            events[0].arguments["std"] *= factor
            self.events[self.key(target)] = events
            self.alive.append(target.untyped_storage())
        elif events is not None:
            self.spoil(target, "computed from what was drawn")

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if self.inside:
            return out
        name = func._schema.name.split("::")[1]
        if name == "uniform_":
            a, b = (list(args[1:]) + [0.0, 1.0][len(args) - 1:])[:2]
            a, b = kwargs.get("from", a), kwargs.get("to", b)
            self.record(args[0], Event("uniform", {"a": a, "b": b}, args[0], True))
        elif name == "normal_":
            mean, std = (list(args[1:]) + [0.0, 1.0][len(args) - 1:])[:2]
            mean, std = kwargs.get("mean", mean), kwargs.get("std", std)
            arguments = {"mean": mean, "std": std} if mean else {"std": std}
            self.record(args[0], Event("normal", arguments, args[0], True))
        elif name in ("randn", "randn_like"):
            self.record(out, Event("normal", {"std": 1.0}, out, True))
        elif name in ("rand", "rand_like"):
            self.record(out, Event("uniform", {"a": 0.0, "b": 1.0}, out, True))
        elif name == "zero_":
            self.record(args[0], Event("constant", {"val": 0.0}, args[0], False))
        elif name == "fill_" and not isinstance(args[1], torch.Tensor):
            self.record(args[0], Event("constant", {"val": float(args[1])}, args[0], False))
        elif name == "copy_":
            self.copy(args[0], args[1])
        elif name == "clone":
            self.copy(out, args[0])
        elif name in ("mul", "mul_") and isinstance(out, torch.Tensor) and scalar(args[1]) is not None:
            self.scale(out, args[0], scalar(args[1]))
        elif torch.Tag.nondeterministic_seeded in func.tags:
            raise Unsupported("%s has no initializer" % func)
        else:
            self.others(func, args, out)
        return out

    def others(self, func, args, out):
        """An operation that is not followed: what it writes to, or makes of what was drawn."""
        tensors = [a for a in args if isinstance(a, torch.Tensor)]
        known = any(self.key(t) in self.events for t in tensors)
        for argument, value in zip(func._schema.arguments, args):
            if argument.alias_info and argument.alias_info.is_write and isinstance(value, torch.Tensor):
                if known:
                    self.spoil(value, "written by %s" % func)
        for value in out if isinstance(out, (tuple, list)) else [out]:
            if isinstance(value, torch.Tensor) and known:
                if all(self.key(value) != self.key(t) for t in tensors):
                    self.spoil(value, "computed by %s" % func)


def same_layout(one, other):
    return (one.dtype == other.dtype and one.numel() == other.numel()
            and all(t.is_contiguous() and t.storage_offset() == 0 for t in (one, other))
            and all(t.untyped_storage().nbytes() == t.numel() * t.element_size() for t in (one, other)))


def scalar(value):
    if isinstance(value, torch.Tensor):
        return value.item() if value.dim() == 0 else None
    return value if isinstance(value, (int, float)) else None


class Composites:
    """Puts the functions of torch.nn.init in all modules under the eyes of a recorder."""

    def __init__(self, recorder):
        self.recorder, self.undo = recorder, []

    def wrapped(self, function, name):
        @functools.wraps(function)
        def call(tensor, *args, **kwargs):
            if self.recorder.inside:
                return function(tensor, *args, **kwargs)
            self.recorder.inside += 1
            try:
                result = function(tensor, *args, **kwargs)
            finally:
                self.recorder.inside -= 1
            names = function.__code__.co_varnames[1:1 + len(args)]
            arguments = dict(zip(names, args), **kwargs)
            if arguments.pop("generator", None) is not None:
                raise Unsupported("%s with a generator of its own" % name)
            random = name not in ("eye_", "dirac_")
            self.recorder.record(tensor, Event(name[:-1], arguments, tensor, random))
            return result

        return call

    def norm(self, function):
        @functools.wraps(function)
        def call(v, pow=2, dim=0):
            self.recorder.inside += 1
            try:
                result = function(v, pow, dim)
            finally:
                self.recorder.inside -= 1
            if not self.recorder.inside:
                self.recorder.norm(result, v, pow, dim)
            return result

        return call

    def __enter__(self):
        functions = [getattr(torch.nn.init, name) for name in COMPOSITES]
        wrappers = [self.wrapped(f, name) for f, name in zip(functions, COMPOSITES)]
        functions.append(torch.norm_except_dim)
        wrappers.append(self.norm(torch.norm_except_dim))
        for function, wrapper in zip(functions, wrappers):
            for module in list(sys.modules.values()):
                for key, value in list(getattr(module, "__dict__", {}).items()):
                    if value is function:
                        setattr(module, key, wrapper)
                        self.undo.append((module, key, function))

    def __exit__(self, *ignored):
        for module, key, function in self.undo:
            setattr(module, key, function)


def arange(tensor, dim):
    """The index in a dimension, in the tensor's shape and dtype."""
    sizes = [-1 if d == dim else 1 for d in range(tensor.dim())]
    return torch.arange(tensor.shape[dim], dtype=tensor.dtype).view(sizes).expand(tensor.shape)


def whole_numbers(tensor):
    """The initializer that makes a buffer of whole numbers, as an event; None where none does."""
    whole = torch.empty(tensor.shape, device="meta")
    if not tensor.numel() or torch.equal(tensor, tensor.flatten()[0].expand(tensor.shape)):
        value = int(tensor.flatten()[0]) if tensor.numel() else 0
        return Event("constant", {"val": value}, whole, False) if abs(value) <= 2**53 else None
    dim = next((d for d in range(tensor.dim()) if tensor.dtype != torch.bool
                and torch.equal(tensor, arange(tensor, d))), None)
    return None if dim is None else Event("arange", {"dim": dim}, whole, False)


def written_whole(tensor, events):
    """Whether these writes alone make the tensor."""
    if not events or not events[0].covers(tensor.numel()) or not tensor.is_contiguous() or tensor.storage_offset():
        return False
    made = torch.empty(tensor.shape, dtype=tensor.dtype)
    for event in events:
        event.replay(made)
    return torch.equal(made, tensor.detach())


class Recipe:
    """The tensors of a module in the order of their last draws."""

    def __init__(self, module, recorder):
        self.state = dict(module.state_dict(keep_vars=True))
        self.left_out, self.tensors, self.steps, self.norms = [], [], {}, {}
        owners, programs = {}, {}
        if not self.state:
            raise Unsupported("the module has no tensors")
        for name, tensor in self.state.items():
            if torch.nn.parameter.is_lazy(tensor):
                raise Unsupported("tensor '%s' has no shape yet: give the lazy module a batch first" % name)
            if tensor.device.type != "cpu":
                raise Unsupported("tensor '%s' is on %s: build the module on the CPU" % (name, tensor.device))
            events = recorder.events.get(recorder.key(tensor), [])
            if tensor.dtype in WHOLE:
                event = whole_numbers(tensor)
                if event is None:
                    self.left_out.append((name, tensor, "whole numbers, neither all the same nor an arange"))
                    continue
                self.steps[name] = [event]
                self.tensors.append((name, tensor, None))
                continue
            if tensor.dtype not in DTYPES:
                raise Unsupported("tensor '%s' is of %s" % (name, tensor.dtype))
            if isinstance(events, str):
                raise Unsupported("tensor '%s' is %s" % (name, events))
            if isinstance(events, Norm):
                self.norms[name] = self.normed(name, events, recorder), events.dim
                self.tensors.append((name, tensor, None))
                continue
            if not any(e.random for e in events):
                if tensor.numel() and not torch.equal(tensor, tensor.flatten()[0].expand(tensor.shape)):
                    if not written_whole(tensor, events):
                        self.left_out.append((name, tensor, "computed"))
                        continue
                    self.steps[name] = events  # an eye, a dirac, a bias of two constants
                    self.tensors.append((name, tensor, None))
                    continue
                value = tensor.flatten()[0].item() if tensor.numel() else 0.0
                self.steps[name] = [Event("constant", {"val": value}, torch.empty(tensor.shape), False)]
                self.tensors.append((name, tensor, None))
                continue
            if not tensor.is_contiguous() or tensor.storage_offset():
                raise Unsupported("tensor '%s' is a view of another" % name)
            like = next((o for o in programs if same_program(programs[o], events)), None)
            programs.setdefault(name, events)
            if like:
                self.tensors.append((name, tensor, like))
                continue
            for event in events:
                if event.random and owners.setdefault(id(event), name) != name:
                    raise Unsupported("'%s' and '%s' differ and share a draw" % (name, owners[id(event)]))
            self.steps[name] = events
        self.order(recorder.draws, owners)

    def normed(self, name, norm, recorder):
        """The tensor whose norm another one is."""
        for other, tensor in self.state.items():
            events = recorder.events.get(recorder.key(tensor))
            if isinstance(events, list) and events and same_program(events, norm.events):
                return other
        raise Unsupported("tensor '%s' is a norm of what is not in the state or was drawn anew" % name)

    def order(self, draws, owners):
        place = {id(event): i for i, event in enumerate(draws)}
        drawn, dropped = [], 0
        for event in draws:
            owner = owners.get(id(event))
            if owner is None:
                name = "dropped.%d" % dropped
                dropped += 1
                self.steps[name] = [Event(event.name, event.arguments,
                                          torch.empty(event.sizes, dtype=event.dtype, device="meta"),
                                          True)]
                drawn.append((name, None, None))
                continue
            random = [place[id(e)] for e in self.steps[owner] if e.random]
            if random != list(range(random[0], random[0] + len(random))):
                raise Unsupported("'%s' is drawn in parts between other tensors' draws" % owner)
            if place[id(event)] == random[-1]:
                drawn.append((owner, self.state[owner], None))
        self.tensors = drawn + self.tensors

    def shape(self, name):
        return self.state[name].shape if name in self.state else self.steps[name][0].sizes

    def dtype(self, name):
        return self.state[name].dtype if name in self.state else self.steps[name][0].dtype

    def check(self, seed):
        """Follows the recipe with torch: a module built under that seed has the same bits."""
        torch.manual_seed(seed)
        made = {}
        for name, tensor, like in self.tensors:
            if like:
                made[name] = made[like]
            elif name not in self.norms:
                made[name] = torch.empty(self.shape(name), dtype=self.dtype(name))
                for event in self.steps[name]:
                    event.replay(made[name])
        for name, (other, dim) in self.norms.items():
            made[name] = torch.norm_except_dim(made[other], 2, dim)
        for name, tensor, like in self.tensors:
            if tensor is not None and not torch.equal(made[name], tensor.detach()):
                raise Unsupported("tensor '%s' comes out otherwise when the recipe is followed" % name)

    def rule(self, name):
        """The fields of a rule behind its match."""
        if name in self.norms:
            return "norm_of: %s" % json.dumps(self.norms[name][0])
        shape, init, then = self.shape(name), [], []
        for event in self.steps[name]:
            region = event.region(shape)
            if region is None and not then:
                init.append(event.expression())
            elif region is None:
                raise Unsupported("'%s' is overwritten as a whole behind a part" % name)
            else:
                narrow = [[d, o, s] for d, (o, s) in enumerate(zip(*region)) if s != shape[d]]
                then.append((narrow[0] if len(narrow) == 1 else narrow, event.expression()))
        if not init:
            init.append("zeros")
        fields = "init: " + (json.dumps(init[0]) if len(init) == 1 else json.dumps(init))
        if then:
            items = ", ".join("{narrow: %s, init: %s}" % (json.dumps(n), json.dumps(e)) for n, e in then)
            fields += ", then: [%s]" % items
        return fields

    def print(self, title, out):
        print("# %s, as PyTorch %s makes it: initium init --generator torch-cpu --seed N"
              % (title.replace("\n", " "), torch.__version__.split("+")[0]), file=out)
        for name, tensor, why in self.left_out:
            print("# left out: %s %s %s, %s" % (name, list(tensor.shape), tensor.dtype, why), file=out)
        if self.norms:
            print("# norms are summed in f64 and rounded once; PyTorch's may differ in their last bits", file=out)
        print("tensors:", file=out)
        rules = {}
        for name, tensor, like in self.tensors:
            if like:
                print("  %s: {like: %s}" % (json.dumps(name), json.dumps(like)), file=out)
                continue
            never = "" if name in self.state else ", write: never"
            dtype = {**DTYPES, **WHOLE}[self.dtype(name)]
            sizes = list(self.shape(name))
            if never or dtype != "f32":
                sizes = "{shape: %s, dtype: %s%s}" % (sizes, dtype, never)
            print("  %s: %s" % (json.dumps(name), sizes), file=out)
            rules.setdefault(self.rule(name), []).append(name)
        print("rules:", file=out)
        for fields, names in rules.items():
            match = json.dumps(names[0] if len(names) == 1 else names)
            print("  - {match: %s, %s}" % (match, fields), file=out)


def same_program(one, other):
    return len(one) == len(other) and all(a is b for a, b in zip(one, other))


def recipe(build, seed=7):
    """The recipe of the module that build() gives, checked with that seed."""
    recorder = Recorder()
    torch.manual_seed(seed)
    with Composites(recorder), recorder:
        try:
            module = build()
        except Unsupported:
            raise
        except Exception as e:  # the module's own code may raise anything
            raise Unsupported("the module cannot be built: %s: %s" % (type(e).__name__, " ".join(str(e).split())))
    if not isinstance(module, torch.nn.Module):
        raise Unsupported("%s is no torch.nn.Module" % type(module))
    made = Recipe(module, recorder)
    made.check(seed)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module", help="an expression that builds it: 'torch.nn.LSTM(8, 16)'")
    parser.add_argument("--import", dest="imports", action="append", default=[], metavar="MODULE",
                        help="what the expression needs besides torch")
    arguments = parser.parse_args()
    try:
        names = {"torch": torch, "nn": torch.nn}
        for name in arguments.imports:
            importlib.import_module(name)
            names[name.split(".")[0]] = sys.modules[name.split(".")[0]]
        made = recipe(lambda: eval(arguments.module, names))
        made.print(arguments.module, sys.stdout)
    except (Unsupported, ImportError) as e:
        sys.exit("recipe_from_torch: %s" % e)


if __name__ == "__main__":
    main()
