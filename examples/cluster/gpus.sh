#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Says to Spark which GPUs a machine has: spark.worker.resource.gpu.discoveryScript, or spark.executor.resource.gpu.discoveryScript.
# An address is the ordinal that CUDA has for the GPU where CUDA_DEVICE_ORDER is PCI_BUS_ID, as nvidia-smi orders them.
nvidia-smi --query-gpu=index --format=csv,noheader |
  awk '{ list = list comma "\"" $1 "\""; comma = ", " } END { print "{\"name\": \"gpu\", \"addresses\": [" list "]}" }'
