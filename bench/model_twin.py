# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of the whole models: init with torch.nn.init, then a safetensors file.

python model_twin.py gpt2-124m|llama-1b-bf16 FILE

The file is written with the safetensors package where it is installed, else by hand: 8 bytes of
length, a JSON header, the tensors' bytes.
"""

import json
import math
import sys

import torch
from torch.nn import init


def gpt2():
    layers, width, dtype = 12, 768, torch.float32
    residual = 0.02 / math.sqrt(2 * layers)
    shapes = {"wte.weight": [50257, width], "wpe.weight": [1024, width]}
    for i in range(layers):
        h = f"h.{i}."
        shapes |= {
            h + "ln_1.weight": [width],
            h + "ln_1.bias": [width],
            h + "attn.c_attn.weight": [width, 3 * width],
            h + "attn.c_attn.bias": [3 * width],
            h + "attn.c_proj.weight": [width, width],
            h + "attn.c_proj.bias": [width],
            h + "ln_2.weight": [width],
            h + "ln_2.bias": [width],
            h + "mlp.c_fc.weight": [width, 4 * width],
            h + "mlp.c_fc.bias": [4 * width],
            h + "mlp.c_proj.weight": [4 * width, width],
            h + "mlp.c_proj.bias": [width],
        }
    shapes |= {"ln_f.weight": [width], "ln_f.bias": [width]}

    def law(name, tensor):
        if name.endswith(".bias"):
            init.zeros_(tensor)
        elif "ln_" in name:
            init.ones_(tensor)
        else:
            init.normal_(tensor, std=residual if ".c_proj." in name else 0.02)

    return shapes, dtype, law


def llama():
    layers, width, heads, inner = 16, 2048, 512, 8192
    shapes = {"model.embed_tokens.weight": [128256, width]}
    for i in range(layers):
        h = f"model.layers.{i}."
        shapes |= {
            h + "input_layernorm.weight": [width],
            h + "self_attn.q_proj.weight": [width, width],
            h + "self_attn.k_proj.weight": [heads, width],
            h + "self_attn.v_proj.weight": [heads, width],
            h + "self_attn.o_proj.weight": [width, width],
            h + "post_attention_layernorm.weight": [width],
            h + "mlp.gate_proj.weight": [inner, width],
            h + "mlp.up_proj.weight": [inner, width],
            h + "mlp.down_proj.weight": [width, inner],
        }
    shapes["model.norm.weight"] = [width]

    def law(name, tensor):
        init.ones_(tensor) if "norm" in name else init.normal_(tensor, std=0.02)

    return shapes, torch.bfloat16, law


def save_by_hand(tensors, path):
    names = {torch.float32: "F32", torch.bfloat16: "BF16"}
    header, offset = {}, 0
    for name, tensor in tensors.items():
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": names[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            file.write(tensor.view(torch.uint8).numpy().data)


def main():
    model, path = sys.argv[1:]
    shapes, dtype, law = {"gpt2-124m": gpt2, "llama-1b-bf16": llama}[model]()
    tensors = {}
    for name, shape in shapes.items():
        tensors[name] = torch.empty(shape, dtype=dtype)
        law(name, tensors[name])
    try:
        from safetensors.torch import save_file as save
    except ImportError:
        save = save_by_hand
    save(tensors, path)


main()
