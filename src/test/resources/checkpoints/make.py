#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the names and shapes of public checkpoints, one "name sizes dtype" line for each tensor.

    pip install transformers==5.18.0 torch==2.13.0 torchvision==0.28.0
    python3 make.py FOLDER

The models are built on the meta device by the libraries that publish the checkpoints. What the
checkpoint files on huggingface.co name otherwise is renamed here: gpt2 has no prefix "transformer.",
bert-base-uncased has gamma and beta, vit-base-patch16-224 has the layers' names of transformers 4.
"""
import sys
import types

import torch

# Shapes need none of torchvision's compiled operators, which not every platform has.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("stub")
import torchvision
import transformers as hf


def write(name, tensors):
    with open("%s/%s.txt" % (sys.argv[1], name), "w") as out:
        for key, t in tensors:
            out.write("%s %s\n" % (key, list(t.shape)))


def parameters(model, rename=lambda key: key):
    """Tied tensors stand once."""
    return [(rename(key), p) for key, p in model.named_parameters()]


def vit(key):
    for new, old in (("vit.layers.", "vit.encoder.layer."), ("attention.o_proj", "attention.output.dense"),
                     ("q_proj", "attention.query"), ("k_proj", "attention.key"),
                     ("v_proj", "attention.value"), ("mlp.fc1", "intermediate.dense"),
                     ("mlp.fc2", "output.dense")):
        key = key.replace(new, old)
    return key


with torch.device("meta"):
    write("gpt2-124m", parameters(
        hf.GPT2LMHeadModel(hf.GPT2Config()), lambda k: k.removeprefix("transformer.")))
    write("llama-3-8b", parameters(hf.LlamaForCausalLM(hf.LlamaConfig(
        vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=False))))
    write("bert-base", parameters(
        hf.BertForPreTraining(hf.BertConfig()),
        lambda k: k.replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta")))
    write("vit-b16", parameters(
        hf.ViTForImageClassification(hf.ViTConfig(num_labels=1000)), vit))
    write("lstm", [("rnn." + k, p) for k, p in torch.nn.LSTM(512, 512, 2).named_parameters()]
          + [("encoder.weight", torch.empty(33278, 512)), ("decoder.weight", torch.empty(33278, 512)),
             ("decoder.bias", torch.empty(33278))])
    write("resnet50", [(k, t) for k, t in torchvision.models.resnet50().state_dict().items()
                       if not k.endswith("num_batches_tracked")])
