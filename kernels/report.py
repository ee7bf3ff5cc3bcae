# SPDX-License-Identifier: Apache-2.0
"""docs/kernels.md from the PTX that ships: registers and spills by ptxas -v, the rest by sass.py."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import sass

PTX = os.path.join(os.path.dirname(__file__), "../src/main/resources/org/initium/cuda/")
CARDS = {"H100": 3.35e12, "H200": 4.8e12}  # bytes a second, NVIDIA's data sheets (SXM)
SCHEDULERS = 132 * 4 * 1.83e9  # clocks of schedulers a second, on both
# Bytes read for an element, by those written; 4 where not said.
READS = {"finish": {8: 8}, "mapped": {8: 8}, "scatter": {1: 1, 2: 2, 4: 4, 8: 8}}
SIZES = {"1": 1, "2": 2, "4": 4, "8": 8, "f32": 4, "f64": 8, "f16": 2, "bf16": 2, "e4m3fn": 1, "e5m2": 1}
# What is not one loop that stores 16 bytes at a time.
OTHERS = re.compile(r"(sparse|tall|many|torch_\w+|signs|reflectors|orthogonals|diagonal)(_|$)")
SPARSE = "sparse(sparsity={})"
# Counted on the software device: kernel, what is filled, shape, dtype, generator; `many` in a recipe of so many tensors.
COUNTED = [
    *(("sparse", SPARSE.format(share), "4096,4096", "f32", "philox") for share in (0.1, 0.9)),
    *(("sparse", SPARSE.format(0.9), "4096,1024", dtype, "philox") for dtype in ("f64", "f16", "bf16")),
    *(("tall", SPARSE.format(0.9), "262144,16", dtype, "philox") for dtype in ("f32", "f64", "f16", "bf16")),
    *(("many", "normal()", "256,256", dtype, "philox") for dtype in ("f32", "f64", "f16", "bf16")),
    *((f"torch_{law}", f"{law}()", "1024,1024", dtype, "torch-cuda(gpu=H100)")
      for law in ("uniform", "normal") for dtype in ("f32", "f64", "f16", "bf16")),
]
MANY = 16  # tensors in a recipe

HEAD = """# The CUDA kernels

Written by kernels/report.sh. **No GPU has run this yet.** Registers and spills are what ptxas says for sm_90. The
rest is a model: the shortest way through the innermost loop of the code that ptxas makes for sm_90 (nvdisasm;
kernels/sass.py), instruction by instruction, without the calls that only zeros, infinities and subnormals take.

- *instructions* and the clocks of the *busiest* pipe are for 16 bytes that are written, by a warp on one of a
  multiprocessor's four schedulers: one instruction a clock is issued; of 32 lanes, ALU (integers, logic, comparisons,
  selections) takes 16 a clock, FMA 32, of which integer products may use 16 (IMAD), F64 16, conversions 16 (CVT), and
  roots, reciprocals and counts of bits 4 (XU).
- *ratio* is that time to the time that the memory takes for what is read and written: 3.35 TB/s and 4.8 TB/s, 132
  multiprocessors at 1.83 GHz. Below 1 the memory is the limit.
- The rates: NVIDIA's [table][rates] of the throughput of native arithmetic instructions (CUDA C++ Best Practices
  Guide of release 13; up to release 12 in the Programming Guide), compute capability 9.0, results a clock and
  multiprocessor by four. It was read in others' quotations, not in the original, and no GPU has measured it here.
  That integer products share a pipe with half of FMA, and logic has one of its own, is what NVIDIA says of the
  [pipes][gh100] of GH100 and of [their dispatch][gv100]; the names are those of the [Nsight Compute Profiling
  Guide][ncu].
- Estimated: the pipe of an instruction that the table does not name (ALU for packed conversions and for moves;
  uniform instructions, loads and stores are issued and no more); that pipes overlap perfectly; that an H200 has the
  clock of an H100. The newest tables give f32 to 16 bits 16 a clock and multiprocessor: as XU, packed conversions
  would be 32 clocks of 16 bytes, never the busiest. Start, edges and the steps between lines of 2^18 elements are not
  in it.
- NAME.sm_80 is what a device of compute capability 8.0 or later gets, where there is one; others get NAME.

[rates]: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/#throughput-of-native-arithmetic-instructions
[gh100]: https://forums.developer.nvidia.com/t/separate-cuda-core-pipeline-for-fp16-and-fp32/302018/7
[gv100]: https://forums.developer.nvidia.com/t/108729/4
[ncu]: https://docs.nvidia.com/nsight-compute/ProfilingGuide

| kernel | registers | spilled bytes | instructions | busiest | clocks | H100 | H200 |
|---|---|---|---|---|---|---|---|"""

COUNTED_HEAD = """
## What is not one loop

`sparse` (a tile by each block of threads) and `tall` (several blocks a tile) find the cuts in passes and then write;
`many` has the law of its tensor; `torch_*` store an element at a time, as PyTorch's threads do. Their loops turn as
often as the numbers want, so the software CUDA device ran them, once each, and counted how often a warp was given
each line of the PTX; ptxas says of each machine instruction which line it came of (`.loc`), and kernels/sass.py
weighs it so. That counts all of a launch, start and edges included. Checked: normal_f32 of 4096 x 4096 comes to 1.06
so, and to 1.04 above.

Estimated besides: a block's weight is the median of its instructions'; which lanes part from their warp, and where
they meet again, is the software device's way (the lowest address first), not the hardware's; conflicts in shared
memory, barriers and latencies are not in it. At a sparsity of 0.1 nine tenths of `sparse` are the normals.

| kernel | of | shape | registers | spilled bytes | instructions | busiest | clocks | H100 | H200 |
|---|---|---|---|---|---|---|---|---|---|"""

TAIL = """
## Not modeled

`orthogonals` has a matrix in the shared memory of a block of threads and a barrier for each column: what it takes is
the latency of 2 * 128 reductions, which pipes do not tell. `signs` and `reflectors` read the columns of a matrix
once, beside cuSOLVER's cubic work; `diagonal` writes as many elements as a matrix has rows. Registers of all that are
not above:

| kernel | registers | spilled bytes |
|---|---|---|"""


def counts(init, shape, dtype, generator, many):
    """How often a warp was given each line of each kernel's PTX."""
    here = os.path.dirname(os.path.abspath(__file__))
    built = os.path.join(here, "../native-test/build")
    with tempfile.TemporaryDirectory() as folder:
        report, out = f"{folder}/report", f"{folder}/model.safetensors"
        if many:
            with open(f"{folder}/r.yaml", "w") as recipe:
                recipe.write(f'dtype: {dtype}\ntensors: {{"a{{0..{MANY - 1}}}": [{shape}]}}\n')
                recipe.write(f'rules: [{{match: "*", init: "{init}"}}]\n')
            arguments = ["init", f"{folder}/r.yaml"]
        else:
            arguments = ["fill", init, "--shape", shape, "--dtype", dtype, "--generator", generator]
        program = os.environ.get("INITIUM_PROGRAM", os.path.join(here, "../initium"))
        environment = {
            **os.environ, "INITIUM_CUDA_PATH": built, "CUDA_HOME": "", "CUDA_PATH": "", "INITIUM_SOFT_DEVICES": "1",
            "INITIUM_SOFT_MEMORY": "2g", "INITIUM_SOFT_REPORT": report}
        subprocess.run([program, *arguments, "--device", "cuda:0", "--out", out], check=True, env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(report) as file:
            rows = [json.loads(line) for line in file]
    return {row["kernel"]: {int(line): n for line, n in row["byLine"].items()} for row in rows}


def counted(done):
    for family, init, shape, dtype, generator in COUNTED:
        print(f"{family}_{dtype} {init} {shape}", file=sys.stderr, flush=True)
        kernel = f"{family}_{dtype}"
        ran = counts(init, shape, dtype, generator, family == "many")[kernel]
        ptx = next(path for name in (f"{kernel}.sm_80", kernel) if os.path.exists(path := f"{PTX}{name}.ptx"))
        elements = MANY if family == "many" else 1
        for size in shape.split(","):
            elements *= int(size)
        groups = elements * SIZES[dtype] / 16 / 32
        found = sass.profile(ptx, ran)
        clocks = {name: n / groups for name, n in sass.taken(found).items()}
        busiest = max(clocks, key=clocks.get)
        name = os.path.basename(ptx).removesuffix(".ptx")
        done.add(name)
        what = f"`{init}`" + (f", {MANY} tensors" if family == "many" else "")
        print(f"| {name} | {what} | {shape.replace(',', ' x ')} | {registers(ptx)} | {found['issue'] / groups:.1f} | {busiest} "
              f"| {clocks[busiest]:.1f} | {ratios(clocks[busiest], 16)} |")


def ratios(clocks, moved):
    return " | ".join(f"{clocks / 32 / SCHEDULERS / (moved / bandwidth):.2f}" for bandwidth in CARDS.values())


def registers(ptx):
    log = subprocess.run(["ptxas", "-arch=sm_90", "-v", ptx, "-o", os.devnull], check=True, capture_output=True, text=True).stderr
    stores, loads = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", log).groups()
    used = re.search(r"Used (\d+) registers", log)[1]
    return f"{used} | {int(stores) + int(loads)}"


def main():
    print(HEAD)
    others = []
    for ptx in sorted(glob.glob(PTX + "*.ptx")):
        kernel = os.path.basename(ptx).removesuffix(".ptx")
        if OTHERS.match(kernel):
            others.append(kernel)
            continue
        texts, stores = sass.loop(ptx)
        clocks = sass.clocks(texts)
        busiest = max(clocks, key=clocks.get)
        each = clocks[busiest] / stores
        family, type = re.fullmatch(r"(\w+?)_(?:f8_)?([a-z0-9]+)", kernel.removesuffix(".sm_80")).groups()
        size = SIZES[type]
        moved = 16 * (1 + (READS[family].get(size, 4) / size if family in READS else 0))
        print(f"| {kernel} | {registers(ptx)} | {len(texts) / stores:.1f} | {busiest} | {each:.1f} | {ratios(each, moved)} |")
    print(COUNTED_HEAD)
    done = set()
    counted(done)
    print(TAIL)
    print("\n".join(f"| {kernel} | {registers(f'{PTX}{kernel}.ptx')} |" for kernel in others if kernel not in done))


main()
