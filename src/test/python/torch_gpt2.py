#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Initializes GPT-2 in PyTorch as examples/gpt2-124m.yaml does: the same tensors in the same order.

    python3 torch_gpt2.py > torch-2.13.0-gpt2.txt

Prints the SHA-256 of each tensor's bytes (f32, little endian, row-major), after torch.manual_seed(1337).
"""
import hashlib
import math

import torch

LAYERS, WIDTH, VOCABULARY, CONTEXT, SEED = 12, 768, 50257, 1024, 1337


def shapes():
    yield "wte.weight", (VOCABULARY, WIDTH)
    yield "wpe.weight", (CONTEXT, WIDTH)
    for layer in range(LAYERS):
        for name, shape in [
                ("ln_1.weight", (WIDTH,)), ("ln_1.bias", (WIDTH,)),
                ("attn.c_attn.weight", (WIDTH, 3 * WIDTH)), ("attn.c_attn.bias", (3 * WIDTH,)),
                ("attn.c_proj.weight", (WIDTH, WIDTH)), ("attn.c_proj.bias", (WIDTH,)),
                ("ln_2.weight", (WIDTH,)), ("ln_2.bias", (WIDTH,)),
                ("mlp.c_fc.weight", (WIDTH, 4 * WIDTH)), ("mlp.c_fc.bias", (4 * WIDTH,)),
                ("mlp.c_proj.weight", (4 * WIDTH, WIDTH)), ("mlp.c_proj.bias", (WIDTH,))]:
            yield "h.%d.%s" % (layer, name), shape
    yield "ln_f.weight", (WIDTH,)
    yield "ln_f.bias", (WIDTH,)


torch.manual_seed(SEED)
for name, shape in shapes():
    tensor = torch.empty(shape)
    if name.endswith(".bias"):
        torch.nn.init.zeros_(tensor)
    elif ".ln_" in name or name.startswith("ln_"):
        torch.nn.init.ones_(tensor)
    elif name.endswith(".c_proj.weight"):
        torch.nn.init.normal_(tensor, std=0.02 / math.sqrt(2 * LAYERS))
    else:
        torch.nn.init.normal_(tensor, std=0.02)
    print(name, hashlib.sha256(tensor.numpy().tobytes()).hexdigest())
