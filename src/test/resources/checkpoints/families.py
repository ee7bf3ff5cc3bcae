#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the config.json of public checkpoints of several families and sizes, and what they hold.

    pip install transformers==5.18.0 torch==2.13.0
    python3 families.py ../families

NAME.json has the numbers and words of the model's config (huggingface.co names the checkpoints
below); families.txt has for each the recipe, the number of tensors and of parameters, and the
SHA-256 of the sorted lines "name [sizes]". The models are built on the meta device by the library
that publishes them. What the files name otherwise than the modules of transformers 5 is renamed
here: experts stand alone, norms of weights have the old names, gpt2 has no prefix, GPT-NeoX's head is embed_out, BERT's norms have gamma and beta, ViT has the layers'
names of transformers 4.
"""
import hashlib
import json
import os
import sys

import torch
import transformers as hf
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))



class DiTConfig(dict):
    """The arguments of DiT's constructor."""

    def __init__(self, **given):
        super().__init__(dict(
            input_size=32, patch_size=2, in_channels=4, hidden_size=1152, depth=28, mlp_ratio=4.0,
            num_classes=1000, class_dropout_prob=0.1, learn_sigma=True) | given)

    def to_dict(self):
        return self


class DiT(nn.Module):
    """The parameters of facebookresearch/DiT, models.py (whose package needs timm: its Attention and Mlp have qkv
    and proj, fc1 and fc2), in which nothing else has any."""

    def __init__(self, c):
        super().__init__()
        width, patch = c["hidden_size"], c["patch_size"]
        self.x_embedder = nn.ModuleDict({"proj": nn.Conv2d(c["in_channels"], width, patch, patch)})
        self.t_embedder = nn.ModuleDict({"mlp": nn.Sequential(
            nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))})
        classes = c["num_classes"] + (c["class_dropout_prob"] > 0)
        self.y_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(classes, width)})
        self.pos_embed = nn.Parameter(torch.zeros(1, (c["input_size"] // patch) ** 2, width))
        hidden = int(width * c["mlp_ratio"])
        self.blocks = nn.ModuleList(nn.ModuleDict({
            "attn": nn.ModuleDict({"qkv": nn.Linear(width, 3 * width), "proj": nn.Linear(width, width)}),
            "mlp": nn.ModuleDict({"fc1": nn.Linear(width, hidden), "fc2": nn.Linear(hidden, width)}),
            "adaLN_modulation": nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width)),
        }) for _ in range(c["depth"]))
        outputs = patch * patch * c["in_channels"] * (2 if c["learn_sigma"] else 1)
        self.final_layer = nn.ModuleDict({
            "linear": nn.Linear(width, outputs),
            "adaLN_modulation": nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))})


LLAMA = dict(vocab_size=128256, tie_word_embeddings=False)
FAMILIES = [
    # name, recipe, model, config; the checkpoint
    ("llama-3.1-70b", "llama", hf.LlamaForCausalLM, hf.LlamaConfig(
        hidden_size=8192, intermediate_size=28672, num_hidden_layers=80, num_attention_heads=64,
        num_key_value_heads=8, **LLAMA)),  # meta-llama/Llama-3.1-70B
    ("llama-3.2-1b", "llama", hf.LlamaForCausalLM, hf.LlamaConfig(
        vocab_size=128256, hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, head_dim=64,
        num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=True)),  # meta-llama/Llama-3.2-1B
    ("llama-2-7b", "llama", hf.LlamaForCausalLM, hf.LlamaConfig()),  # meta-llama/Llama-2-7b-hf
    ("mistral-7b", "llama", hf.MistralForCausalLM, hf.MistralConfig(
        vocab_size=32000, num_key_value_heads=8, intermediate_size=14336)),  # mistralai/Mistral-7B-v0.1
    ("mistral-nemo-12b", "llama", hf.MistralForCausalLM, hf.MistralConfig(
        vocab_size=131072, hidden_size=5120, intermediate_size=14336, num_hidden_layers=40,
        num_attention_heads=32, num_key_value_heads=8, head_dim=128)),  # mistralai/Mistral-Nemo-Base-2407
    ("qwen2.5-0.5b", "qwen2", hf.Qwen2ForCausalLM, hf.Qwen2Config(
        vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
        num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=True)),  # Qwen/Qwen2.5-0.5B
    ("qwen2.5-7b", "qwen2", hf.Qwen2ForCausalLM, hf.Qwen2Config(
        vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
        num_attention_heads=28, num_key_value_heads=4, tie_word_embeddings=False)),  # Qwen/Qwen2.5-7B
    ("qwen1.5-moe-a2.7b", "qwen2-moe", hf.Qwen2MoeForCausalLM, hf.Qwen2MoeConfig(
        vocab_size=151936, hidden_size=2048, num_hidden_layers=24, num_attention_heads=16,
        num_key_value_heads=16, num_experts=60, moe_intermediate_size=1408,
        shared_expert_intermediate_size=5632)),  # Qwen/Qwen1.5-MoE-A2.7B
    ("qwen3-0.6b", "qwen3", hf.Qwen3ForCausalLM, hf.Qwen3Config(
        vocab_size=151936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, head_dim=128,
        num_attention_heads=16, num_key_value_heads=8, tie_word_embeddings=True)),  # Qwen/Qwen3-0.6B
    ("qwen3-8b", "qwen3", hf.Qwen3ForCausalLM, hf.Qwen3Config(
        vocab_size=151936, hidden_size=4096, intermediate_size=12288, num_hidden_layers=36, head_dim=128,
        num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=False)),  # Qwen/Qwen3-8B
    ("qwen3-30b-a3b", "qwen3-moe", hf.Qwen3MoeForCausalLM, hf.Qwen3MoeConfig(
        vocab_size=151936, hidden_size=2048, intermediate_size=6144, num_hidden_layers=48, head_dim=128,
        num_attention_heads=32, num_key_value_heads=4, moe_intermediate_size=768, num_experts=128,
        tie_word_embeddings=False)),  # Qwen/Qwen3-30B-A3B
    # no public checkpoint: the options that few have
    ("llama-biases", "llama", hf.LlamaForCausalLM, hf.LlamaConfig(
        hidden_size=512, intermediate_size=1536, num_hidden_layers=2, num_attention_heads=8,
        num_key_value_heads=2, attention_bias=True, mlp_bias=True)),
    ("qwen2-moe-mixed", "qwen2-moe", hf.Qwen2MoeForCausalLM, hf.Qwen2MoeConfig(
        vocab_size=1000, hidden_size=256, num_hidden_layers=8, num_attention_heads=4, num_key_value_heads=2,
        num_experts=4, moe_intermediate_size=96, shared_expert_intermediate_size=320, intermediate_size=704,
        decoder_sparse_step=2, mlp_only_layers=[3, 4], qkv_bias=False)),
    ("qwen3-moe-mixed", "qwen3-moe", hf.Qwen3MoeForCausalLM, hf.Qwen3MoeConfig(
        vocab_size=1000, hidden_size=256, num_hidden_layers=6, num_attention_heads=4, num_key_value_heads=2,
        num_experts=4, moe_intermediate_size=96, intermediate_size=704, mlp_only_layers=[0],
        attention_bias=True, head_dim=64)),
    ("gpt2-medium", "gpt2", hf.GPT2LMHeadModel, hf.GPT2Config(n_embd=1024, n_layer=24, n_head=16)),
    ("gpt2-xl", "gpt2", hf.GPT2LMHeadModel, hf.GPT2Config(n_embd=1600, n_layer=48, n_head=25)),
    ("pythia-160m", "gpt-neox", hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig(
        vocab_size=50304, hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
        num_attention_heads=12)),  # EleutherAI/pythia-160m
    ("gpt-neox-20b", "gpt-neox", hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig()),  # EleutherAI/gpt-neox-20b
    ("bert-large", "bert", hf.BertForPreTraining, hf.BertConfig(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16)),
    ("vit-l16", "vit", hf.ViTForImageClassification, hf.ViTConfig(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
        num_labels=1000)),  # google/vit-large-patch16-224
    ("t5-small", "t5", hf.T5ForConditionalGeneration, hf.T5Config()),  # google-t5/t5-small
    ("t5-v1.1-base", "t5", hf.T5ForConditionalGeneration, hf.T5Config(
        d_model=768, d_kv=64, d_ff=2048, num_layers=12, num_decoder_layers=12, num_heads=12,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False)),  # google/t5-v1_1-base
    ("mamba2-130m", "mamba2", hf.Mamba2ForCausalLM, hf.Mamba2Config(
        hidden_size=768, num_hidden_layers=24, num_heads=24, n_groups=1, vocab_size=50288,
        tie_word_embeddings=True)),  # state-spaces/mamba2-130m, by the names of transformers
    ("mamba-codestral-7b", "mamba2", hf.Mamba2ForCausalLM, hf.Mamba2Config()),  # mistralai/Mamba-Codestral-7B-v0.1
    ("whisper-tiny", "whisper", hf.WhisperForConditionalGeneration, hf.WhisperConfig()),  # openai/whisper-tiny
    ("whisper-large-v3", "whisper", hf.WhisperForConditionalGeneration, hf.WhisperConfig(
        d_model=1280, encoder_layers=32, decoder_layers=32, encoder_attention_heads=20,
        decoder_attention_heads=20, encoder_ffn_dim=5120, decoder_ffn_dim=5120, vocab_size=51866,
        num_mel_bins=128)),  # openai/whisper-large-v3
    ("deepseek-v3", "deepseek-v3", hf.DeepseekV3ForCausalLM, hf.DeepseekV3Config()),  # deepseek-ai/DeepSeek-V3
    ("deepseek-small", "deepseek-v3", hf.DeepseekV3ForCausalLM, hf.DeepseekV3Config(
        vocab_size=1000, hidden_size=256, num_hidden_layers=4, first_k_dense_replace=1, n_routed_experts=8,
        n_shared_experts=2, moe_intermediate_size=96, intermediate_size=704, num_attention_heads=4,
        q_lora_rank=48, kv_lora_rank=32, attention_bias=True)),
    ("gemma2-2b", "gemma2", hf.Gemma2ForCausalLM, hf.Gemma2Config()),  # google/gemma-2-2b
    ("gemma2-27b", "gemma2", hf.Gemma2ForCausalLM, hf.Gemma2Config(
        hidden_size=4608, intermediate_size=36864, num_hidden_layers=46, num_attention_heads=32,
        num_key_value_heads=16, head_dim=128)),  # google/gemma-2-27b
    ("phi3-mini", "phi3", hf.Phi3ForCausalLM, hf.Phi3Config()),  # microsoft/Phi-3-mini-4k-instruct
    ("phi3-medium", "phi3", hf.Phi3ForCausalLM, hf.Phi3Config(
        hidden_size=5120, intermediate_size=17920, num_hidden_layers=40, num_attention_heads=40,
        num_key_value_heads=10)),  # microsoft/Phi-3-medium-4k-instruct
    ("convnext-tiny", "convnext", hf.ConvNextForImageClassification, hf.ConvNextConfig(num_labels=1000)),
    ("convnext-large", "convnext", hf.ConvNextForImageClassification, hf.ConvNextConfig(
        depths=[3, 3, 27, 3], hidden_sizes=[192, 384, 768, 1536], num_labels=1000)),  # facebook/convnext-*-224
    ("wav2vec2-base", "wav2vec2", hf.Wav2Vec2ForCTC, hf.Wav2Vec2Config()),  # facebook/wav2vec2-base-960h
    ("wav2vec2-large", "wav2vec2", hf.Wav2Vec2ForCTC, hf.Wav2Vec2Config(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
        feat_extract_norm="layer", conv_bias=True, do_stable_layer_norm=True)),  # facebook/wav2vec2-large-960h-lv60
    ("jamba-1.5-mini", "jamba", hf.JambaForCausalLM, hf.JambaConfig()),  # ai21labs/AI21-Jamba-1.5-Mini
    ("jamba-small", "jamba", hf.JambaForCausalLM, hf.JambaConfig(
        vocab_size=1000, hidden_size=64, intermediate_size=96, num_hidden_layers=9, num_attention_heads=4,
        num_key_value_heads=2, num_experts=4, expert_layer_period=3, expert_layer_offset=0,
        attn_layer_period=4, attn_layer_offset=1, mamba_proj_bias=True, tie_word_embeddings=True)),
    ("clip-vit-b32", "clip", hf.CLIPModel, hf.CLIPConfig()),  # openai/clip-vit-base-patch32
    ("clip-vit-l14", "clip", hf.CLIPModel, hf.CLIPConfig(
        projection_dim=768, text_config=dict(hidden_size=768, intermediate_size=3072, num_attention_heads=12),
        vision_config=dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
                           patch_size=14))),  # openai/clip-vit-large-patch14
    ("dit-xl-2-256", "dit", DiT, DiTConfig()),
    ("dit-xl-2-512", "dit", DiT, DiTConfig(input_size=64)),
    ("dit-b-4", "dit", DiT, DiTConfig(hidden_size=768, depth=12, patch_size=4)),
]


def published(recipe, key, parameter):
    """Names and shapes in the checkpoint's files of a parameter of the module."""
    shape = list(parameter.shape)
    if recipe in ("qwen2-moe", "qwen3-moe", "deepseek-v3", "jamba") and ".experts." in key:
        stem = key.split(".experts.")[0] + ".experts."
        for e in range(shape[0]):
            if key.endswith("gate_up_proj"):
                for name in ("gate_proj", "up_proj"):
                    yield "%s%d.%s.weight" % (stem, e, name), [shape[1] // 2, shape[2]]
            else:
                yield "%s%d.down_proj.weight" % (stem, e), shape[1:]
        return
    if recipe == "gpt2":
        key = key.removeprefix("transformer.")
    if recipe == "gpt-neox":
        key = key.replace("lm_head", "embed_out")
    if recipe == "bert":
        key = key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    if recipe == "vit":
        for new, old in (("vit.layers.", "vit.encoder.layer."), ("attention.o_proj", "attention.output.dense"),
                         ("q_proj", "attention.query"), ("k_proj", "attention.key"),
                         ("v_proj", "attention.value"), ("mlp.fc1", "intermediate.dense"),
                         ("mlp.fc2", "output.dense")):
            key = key.replace(new, old)
    if recipe == "wav2vec2":
        key = key.replace("parametrizations.weight.original0", "weight_g")
        key = key.replace("parametrizations.weight.original1", "weight_v")
    yield key, shape


def plainly(config):
    """Numbers, words, lists of those, and what has such in it."""
    plain = {}
    for key, value in config.items():
        if isinstance(value, dict) and key.endswith("_config"):
            plain[key] = plainly(value)
        elif isinstance(value, (int, float, str, bool)) or (
                isinstance(value, list) and all(isinstance(x, (int, float, str)) for x in value)):
            plain[key] = value
    return plain


def main(folder):
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/families.txt", "w") as out:
        for name, recipe, model, config in FAMILIES:
            with torch.device("meta"):
                built = model(config)
            parameters = list(built.named_parameters())
            parameters += [(k, b) for k, b in built.named_buffers() if k.endswith("e_score_correction_bias")]
            rows = [row for key, p in parameters for row in published(recipe, key, p)]
            if name == "t5-v1.1-base":  # untied in the file; transformers 5 has it tied
                rows.append(("lm_head.weight", [config.vocab_size, config.d_model]))
            total = sum(torch.Size(shape).numel() for _, shape in rows)
            lines = sorted("%s %s" % row for row in rows)
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            out.write("%s %s %d %d %s\n" % (name, recipe, len(lines), total, digest))
            print(name, len(lines), total, lines[:3], lines[-2:])
            if name == "t5-v1.1-base":
                config.tie_word_embeddings = False
            plain = plainly(config.to_dict())
            if "num_local_experts" in plain:  # transformers 5's name; the files have the other
                plain["num_experts"] = plain.pop("num_local_experts")
            plain.pop("is_gated_act", None)  # t5's files have feed_forward_proj alone
            with open("%s/%s.json" % (folder, name), "w") as file:
                json.dump(plain, file, indent=1, sort_keys=True)
                file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
