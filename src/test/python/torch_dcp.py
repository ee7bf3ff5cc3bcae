# SPDX-License-Identifier: Apache-2.0
"""Loads a folder of shards as torch's trainers do, and compares with the whole: WHOLE FOLDER."""

import sys

import torch
import torch.distributed.checkpoint as dcp
from safetensors.torch import load_file

whole = load_file(sys.argv[1])
state = {name: torch.full_like(tensor, float("nan")) for name, tensor in whole.items()}
dcp.load(state, storage_reader=dcp.HuggingFaceStorageReader(sys.argv[2]))
for name, tensor in whole.items():
    loaded = state[name]
    assert tensor.shape == loaded.shape and tensor.dtype == loaded.dtype, name
    assert tensor.reshape(-1).view(torch.uint8).equal(loaded.reshape(-1).view(torch.uint8)), name
print(len(whole), "tensors")
