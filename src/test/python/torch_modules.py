#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the recipes of small modules, and what PyTorch's state_dict has under two seeds.

    pip install torch==2.13.0
    python3 torch_modules.py ../resources/torch-modules

NAME.yaml is what tools/recipe_from_torch.py prints of a module; NAME.txt has a line "seed tensor
sha256" for each tensor of its state_dict, and for a norm, whose sum has another order, "~" and its
values. The modules are built as those of torchvision, timm and
transformers are (which classes is said at each), small.
"""
import hashlib
import math
import os
import sys
import warnings

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../tools"))
import recipe_from_torch

SEEDS = (7, 11)


class Mlp(nn.Sequential):
    """Re-initialized after its construction, as tutorials do with module.apply."""

    def __init__(self):
        super().__init__(nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 17), nn.ReLU(), nn.Linear(17, 5))
        self.apply(self.draw)

    @staticmethod
    def draw(module):
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(module.bias)


class Bottleneck(nn.Module):
    """torchvision/models/resnet.py: ResNet with zero_init_residual."""

    def __init__(self, planes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(planes, 8, 1, bias=False), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, groups=2, bias=False), nn.BatchNorm2d(8)
        self.conv3, self.bn3 = nn.Conv2d(8, planes, 1, bias=False), nn.BatchNorm2d(planes)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 7, bias=False), nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Bottleneck(16), Bottleneck(16))
        self.fc = nn.Linear(16, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
        for m in self.modules():
            if isinstance(m, Bottleneck):
                nn.init.constant_(m.bn3.weight, 0)


class FineTuned(ResNet):
    """A head that takes the place of another, as in the tutorial of transfer learning."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(self.fc.in_features, 3)


class MobileNet(nn.Sequential):
    """torchvision/models/mobilenetv2.py: the classifier is N(0, 0.01)."""

    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3, groups=8),
                         nn.Conv2d(8, 24, 1), nn.Linear(24, 10))
        for m in self:
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.zeros_(m.bias)


class ConvNext(nn.Module):
    """torchvision/models/convnext.py: truncated normals, and a layer's scale that begins small."""

    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(8, 8, 7, groups=8), nn.LayerNorm(8), nn.Linear(8, 32),
                                   nn.Linear(32, 8))
        self.layer_scale = nn.Parameter(torch.ones(8, 1, 1) * 1e-6)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(m.weight, std=0.02)
                nn.init.zeros_(m.bias)


class Vit(nn.Module):
    """torchvision/models/vision_transformer.py: a class token, positions of normals, LeCun's patches."""

    def __init__(self, width=32):
        super().__init__()
        self.conv_proj = nn.Conv2d(3, width, 4, 4)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embedding = nn.Parameter(torch.empty(1, 17, width).normal_(std=0.02))
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 64), nn.GELU(), nn.Linear(64, width))
        for m in self.mlp:
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.normal_(m.bias, std=1e-6)
        nn.init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (3 * 16)))
        nn.init.zeros_(self.conv_proj.bias)
        self.head = nn.Linear(width, 10)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)


class Gpt2(nn.Module):
    """nanoGPT's GPT and transformers' GPT2PreTrainedModel: residual projections are smaller."""

    def __init__(self, width=24, layers=2):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(50, width), nn.Embedding(16, width)
        self.h = nn.ModuleList(nn.ModuleDict(dict(
            ln_1=nn.LayerNorm(width), c_attn=nn.Linear(width, 3 * width), c_proj=nn.Linear(width, width),
            c_fc=nn.Linear(width, 4 * width), m_proj=nn.Linear(4 * width, width))) for _ in range(layers))
        self.lm_head = nn.Linear(width, 50, bias=False)
        self.wte.weight = self.lm_head.weight
        self.register_buffer("mask", torch.tril(torch.ones(16, 16)))
        self.apply(self.draw)
        for name, p in self.named_parameters():
            if name.endswith("_proj.weight"):
                nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * layers))

    @staticmethod
    def draw(m):
        if isinstance(m, (nn.Linear, nn.Embedding)):
            nn.init.normal_(m.weight, mean=0.0, std=0.02)
        if isinstance(m, nn.Linear) and m.bias is not None:
            nn.init.zeros_(m.bias)


class Bert(nn.Module):
    """transformers' BertPreTrainedModel._init_weights: .data.normal_, and the padding row again."""

    def __init__(self, width=24):
        super().__init__()
        self.word_embeddings = nn.Embedding(40, width, padding_idx=0)
        self.position_embeddings = nn.Embedding(16, width)
        self.register_buffer("position_ids", torch.arange(16).expand((1, -1)))
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Embedding)):
                m.weight.data.normal_(mean=0.0, std=0.02)
            if isinstance(m, nn.Linear):
                m.bias.data.zero_()
            if isinstance(m, nn.Embedding) and m.padding_idx is not None:
                m.weight.data[m.padding_idx].zero_()


class T5(nn.Module):
    """transformers' T5PreTrainedModel._init_weights: each weight by its own width."""

    def __init__(self, width=24, heads=3, dim=8):
        super().__init__()
        self.shared = nn.Embedding(40, width)
        self.q, self.k, self.v = (nn.Linear(width, heads * dim, bias=False) for _ in range(3))
        self.o = nn.Linear(heads * dim, width, bias=False)
        self.relative_attention_bias = nn.Embedding(32, heads)
        self.shared.weight.data.normal_(mean=0.0, std=1.0)
        self.q.weight.data.normal_(mean=0.0, std=(width * dim) ** -0.5)
        self.k.weight.data.normal_(mean=0.0, std=width ** -0.5)
        self.v.weight.data.normal_(mean=0.0, std=width ** -0.5)
        self.o.weight.data.normal_(mean=0.0, std=(heads * dim) ** -0.5)
        self.relative_attention_bias.weight.data.normal_(mean=0.0, std=width ** -0.5)


class Dit(nn.Module):
    """facebookresearch/DiT, models.py, DiT.initialize_weights: adaLN-zero."""

    def __init__(self, width=24):
        super().__init__()
        self.x_embedder = nn.Conv2d(4, width, 2, 2)
        self.t_embedder = nn.Sequential(nn.Linear(16, width), nn.SiLU(), nn.Linear(width, width))
        self.y_embedder = nn.Embedding(11, width)
        self.qkv, self.ada = nn.Linear(width, 3 * width), nn.Linear(width, 6 * width)
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.constant_(m.bias, 0)
        w = self.x_embedder.weight.data
        nn.init.xavier_uniform_(w.view([w.shape[0], -1]))
        nn.init.constant_(self.x_embedder.bias, 0)
        nn.init.normal_(self.y_embedder.weight, std=0.02)
        nn.init.normal_(self.t_embedder[0].weight, std=0.02)
        nn.init.normal_(self.t_embedder[2].weight, std=0.02)
        nn.init.constant_(self.ada.weight, 0)
        nn.init.constant_(self.ada.bias, 0)


class Tokens(nn.Module):
    """Parameters of torch.randn and torch.rand, scaled: registers and class tokens of timm's models."""

    def __init__(self):
        super().__init__()
        self.reg_token = nn.Parameter(torch.randn(1, 4, 24) * 0.02)
        self.cls_token = nn.Parameter(torch.randn(1, 1, 24))
        self.mask_token = nn.Parameter(torch.rand(1, 1, 24))
        self.gate = nn.Parameter(torch.zeros(24))
        self.half = nn.Linear(24, 8, dtype=torch.bfloat16)


class Written(nn.Module):
    """What is written and not drawn: identities, and a forget gate's bias that begins at one."""

    def __init__(self):
        super().__init__()
        self.skip, self.grouped, self.square = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 6, 3), nn.Linear(5, 7)
        self.lstm = nn.LSTM(3, 4)
        nn.init.dirac_(self.skip.weight)
        nn.init.dirac_(self.grouped.weight, 2)
        nn.init.eye_(self.square.weight)
        for name, p in self.lstm.named_parameters():
            if "bias" in name:
                nn.init.zeros_(p)
                p.data[4:8].fill_(1)


class WeightNormed(nn.Module):
    """torch.nn.utils.weight_norm, both of them: HiFi-GAN's and wav2vec 2.0's convolutions (dim=2)."""

    def __init__(self):
        super().__init__()
        self.pos_conv = nn.utils.parametrizations.weight_norm(nn.Conv1d(16, 16, 5, groups=4), dim=2)
        self.up = nn.utils.parametrizations.weight_norm(nn.ConvTranspose1d(8, 4, 6))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the old one is deprecated
            self.old = nn.utils.weight_norm(nn.Linear(300, 7))
            self.all = nn.utils.weight_norm(nn.Linear(20, 7), dim=None)
        self.last = nn.Linear(7, 3)


MODULES = {
    "linear": lambda: nn.Linear(20, 30),
    "conv": lambda: nn.Conv2d(6, 8, 3, groups=2),
    "conv-transposed": lambda: nn.ConvTranspose1d(6, 8, 5),
    "embedding": lambda: nn.Embedding(10, 4, padding_idx=3),
    "lstm": lambda: nn.LSTM(8, 16, 2),
    "lstm-both-ways": lambda: nn.LSTM(8, 16, 2, bidirectional=True),
    "gru": lambda: nn.GRU(8, 16, 2),
    "attention": lambda: nn.MultiheadAttention(24, 4),
    "attention-kv": lambda: nn.MultiheadAttention(24, 4, kdim=10, vdim=12, add_bias_kv=True),
    "encoder-layer": lambda: nn.TransformerEncoderLayer(24, 4, 48),
    "transformer": lambda: nn.Transformer(24, 4, 2, 2, 48),
    "mlp": Mlp, "resnet": ResNet, "fine-tuned": FineTuned, "mobilenet": MobileNet,
    "convnext": ConvNext, "vit": Vit, "gpt2": Gpt2, "bert": Bert, "t5": T5, "dit": Dit,
    "tokens": Tokens, "written": Written, "weight-normed": WeightNormed,
}


def digest(tensor):
    return hashlib.sha256(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()).hexdigest()


# What has no recipe, and the one line that says why.
REFUSED = {
    "no tensors": (lambda: nn.Identity(), "the module has no tensors"),
    "lazy": (lambda: nn.LazyLinear(3), "tensor 'weight' has no shape yet: give the lazy module a batch first"),
    "meta": (lambda: nn.Linear(4, 2, device="meta"), "tensor 'weight' is on meta: build the module on the CPU"),
    "wrong": (lambda: nn.Linear(4), "the module cannot be built: TypeError: Linear.__init__() missing 1 required "
              "positional argument: 'out_features'"),
    "misspelled": (lambda: nn.Liner(4, 2), "the module cannot be built: AttributeError: module 'torch.nn' has no "
                   "attribute 'Liner'"),
}


def refuse():
    for name, (build, line) in REFUSED.items():
        try:
            recipe_from_torch.recipe(build)
        except recipe_from_torch.Unsupported as e:
            assert str(e) == line, (name, str(e))
        else:
            raise AssertionError("%s is not refused" % name)


def main(folder):
    refuse()
    os.makedirs(folder, exist_ok=True)
    for name, build in MODULES.items():
        recipe = recipe_from_torch.recipe(build)
        with open("%s/%s.yaml" % (folder, name), "w") as out:
            recipe.print(name, out)
        left_out = {left for left, _, _ in recipe.left_out}
        with open("%s/%s.txt" % (folder, name), "w") as out:
            for seed in SEEDS:
                torch.manual_seed(seed)
                for key, tensor in build().state_dict().items():
                    if key in recipe.norms:
                        values = ",".join(v.hex() for v in tensor.flatten().tolist())
                        out.write("%d %s ~%s\n" % (seed, key, values))
                    elif key not in left_out:
                        out.write("%d %s %s\n" % (seed, key, digest(tensor)))


if __name__ == "__main__":
    main(sys.argv[1])
