# SPDX-License-Identifier: Apache-2.0
"""docs/kernels.md from the PTX that ships: registers and spills by ptxas -v, the rest by sass.py."""
import glob
import os
import re
import subprocess

import sass

PTX = os.path.join(os.path.dirname(__file__), "../src/main/resources/org/initium/cuda/")
CARDS = {"H100": 3.35e12, "H200": 4.8e12}  # bytes a second, NVIDIA's data sheets (SXM)
SCHEDULERS = 132 * 4 * 1.83e9  # clocks of schedulers a second, on both
READS = {"finish": {8: 8}, "mapped": {8: 8}, "scatter": {2: 2, 4: 4, 8: 8}}  # bytes an element by those written; 4 where not said
SIZES = {"2": 2, "4": 4, "8": 8, "f32": 4, "f64": 8, "f16": 2, "bf16": 2}
# What is not one loop over groups: passes (sparse, tall), one of some laws (many), narrow stores, columns, matrices.
OTHERS = re.compile(r"(sparse|tall|many|torch_\w+|signs|reflectors|orthogonals|diagonal)(_|$)")

HEAD = """# The CUDA kernels

Written by kernels/report.sh. **No GPU has run this yet.** Registers and spills are what ptxas says for sm_90. The rest
is a model: the shortest way through the innermost loop of the code that ptxas makes for sm_90 (nvdisasm;
kernels/sass.py), instruction by instruction, without the calls that only zeros, infinities and subnormals take.

- *instructions* and the clocks of the *busiest* pipe are for 16 bytes that are written, by a warp on one of a
  multiprocessor's four schedulers: one instruction a clock is issued; of 32 lanes, ALU (integers, logic, comparisons,
  selections) takes 16 a clock, FMA 32, of which integer products may use 16 (IMAD), F64 16, conversions 16 (CVT), and
  roots, reciprocals and counts of bits 4 (XU).
- *ratio* is that time to the time that the memory takes for what is read and written: 3.35 TB/s and 4.8 TB/s, 132
  multiprocessors at 1.83 GHz. Below 1 the memory is the limit.
- Estimated: the pipe of an instruction that NVIDIA's table of throughputs does not name (ALU for packed conversions and
  for moves; uniform instructions, loads and stores are issued and no more); that pipes overlap perfectly; that an H200
  has the clock of an H100. Start, edges and the steps between lines of 2^18 elements are not in it.
- NAME.sm_80 is what a device of compute capability 8.0 or later gets, where there is one; others get NAME.

| kernel | registers | spilled bytes | instructions | busiest | clocks | H100 | H200 |
|---|---|---|---|---|---|---|---|"""

TAIL = """
Not modelled, since they are not one loop that stores 16 bytes at a time: `sparse` and `tall` (three passes), `many` (a
law of several), `torch_*` (stores of an element), `orthogonals` (in shared memory, with a barrier a column), `signs`,
`reflectors` and `diagonal`. Their registers:

| kernel | registers | spilled bytes |
|---|---|---|"""


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
            others.append(f"| {kernel} | {registers(ptx)} |")
            continue
        texts, stores = sass.loop(ptx)
        clocks = sass.clocks(texts)
        busiest = max(clocks, key=clocks.get)
        each = clocks[busiest] / stores
        family, _, type = kernel.removesuffix(".sm_80").rpartition("_")
        size = SIZES[type]
        moved = 16 * (1 + (READS[family].get(size, 4) / size if family in READS else 0))
        ratios = " | ".join(f"{each / 32 / SCHEDULERS / (moved / bandwidth):.2f}" for bandwidth in CARDS.values())
        print(f"| {kernel} | {registers(ptx)} | {len(texts) / stores:.1f} | {busiest} | {each:.1f} | {ratios} |")
    print(TAIL)
    print("\n".join(others))


main()
