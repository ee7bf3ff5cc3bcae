"""docs/kernels.md from ptxas -v (standard input) and the software device's counts (arguments; the first that has a kernel)."""
import json
import re
import sys

import assembled

ELEMENTS = 1 << 18  # KernelCountTest
WRITE = 3.35e12  # bytes a second: H100 SXM, NVIDIA's data sheet
ISSUE = 132 * 4 * 32 * 1.83e9  # instructions of threads a second: 132 SMs, 4 schedulers, 32 lanes, 1.83 GHz
SECTOR = 32  # bytes: what a GPU moves at least
SIZES = {"2": 2, "4": 4, "8": 8, "f32": 4, "f64": 8, "f16": 2, "bf16": 2}
LAWS = ("constant", "hadamard", "many", "normal", "truncated", "uniform")  # what only writes, each element once

HEAD = """# The CUDA kernels

Written by kernels/report.sh. **No GPU has run this yet**: registers and spills are what ptxas says for
sm_90, instructions what the software device of native-test/ counted when it ran the shipped PTX
over 2^18 elements of a contiguous tensor, and the times are what that comes to on an H100 (SXM: 3.35 TB/s,
132 SMs at 1.83 GHz, 4 x 32 instructions a clock and SM).

- *PTX* counts instructions an element that is written. *issued* leaves out what costs nothing once assembled (moves between
  registers, unpacking, and reads of parameters, which are operands from constant memory), and counts square roots and
  divisions as what ptxas makes of each for sm_90 (kernels/assembled.py):
  {costs}. A GPU executes fewer where ptxas fuses address arithmetic, and more for 64-bit integers, whose additions and comparisons are two and products four.
- *read* and *written* are bytes of memory an element. What caches hold is not in there: the table of a truncated normal,
  the signs of `finish`, and the second time that `reflectors` reads a column.
- *memory* is the time to move these bytes at the full bandwidth, *issue* the time to issue the instructions,
  both in picoseconds. *ratio* is the larger to *memory*: 1.0 is the speed of the memory. *bound* says which of the two it is.
  Neither knows of pipes that are slower than the issue: f64 arithmetic takes two turns of an H100, a special function eight.
- Every element is written once, with 16-byte stores where it is aligned (by PyTorch's kernels, with stores of its own size
  in neighbouring threads); `eye` and `dirac` write their ones a second time.
- An element of `diagonal` is a one and an element of `signs` a column, whose neighbours are far apart, so that each moves
  a sector of {sector} bytes.

| kernel | registers | spilled bytes | PTX | issued | read | written | memory | issue | ratio | bound |
|---|---|---|---|---|---|---|---|---|---|---|"""

TAIL = """
What it says:

- `constant` runs at the speed of the memory in every dtype, and so do {memory}.
- Philox takes 20 wide multiplications for 4 words; on the half-rate integer pipe these alone are
  {philox:.2f} ps an element, {philox4:.2f} times the write time of f32 and twice that for the 16-bit types.
- The aim is f32 uniforms and normals within 1.3 times the write time: they are at {uniform_f32:.2f} and {normal_f32:.2f}. The 16-bit
  types have half the bytes for the same arithmetic: bf16 is at {uniform_bf16:.2f} for uniforms, {normal_bf16:.2f} for normals and
  {truncated_bf16:.2f} for truncated normals.
- f64 normals are bound by the f64 pipe on GPUs with few f64 units (1/64 of the f32 rate on consumer ones).
- `many` fills small tensors, up to 56 in a launch; counted here with normals in 32 of 8192 elements. It computes the keys of
  Philox's rounds itself.
- A row knows beforehand which of its groups it has whole, and two bf16 leave in one `prmt`. What is left is
  Philox, 10 instructions a word, and the arithmetic of the law, whose bits are given.
- `sparse` draws its keys, 16 from a Philox block, anew in each of three passes, which count them, rank the ties and write the
  values, and only the normals that are kept: here 9 of 10. `tall` is the same where blocks share tiles, here one of 4 columns;
  its passes are counted without the time that a block waits for others. Before keys were compared four at a time and counted
  only near the cut, `sparse` issued 147.4, 195.2, 144.0 and 147.5 instructions an element in f32, f64, f16 and bf16.
- `mapped` is counted with uniforms in place (beside the tensor for the 16-bit types); cuRAND's own pass, which writes the
  numbers, comes before it. `finish` and `reflectors` are counted on square matrices. `signs` and `diagonal` are so small
  for any matrix that the launch is what takes the time.
{missing}"""


def registers(log):
    found = {}
    name = None
    for line in log:
        if m := re.search(r"entry function '(\w+)'", line):
            name = m[1]
        elif m := re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line):
            found[name] = [0, int(m[1]) + int(m[2])]
        elif m := re.search(r"Used (\d+) registers", line):
            found[name][0] = int(m[1])
    return found


def counted(files):
    counts = {}
    for file in files:
        for line in open(file):
            if line.startswith('{"kernel"'):
                row = json.loads(line)
                counts.setdefault(row["kernel"], row)
    return counts


def is_costly(opcode):
    return opcode.split(".")[0] in ("sqrt", "div", "rem")


def is_free(opcode):
    return opcode.startswith(("mov.", "cvta.", "ld.param."))


def moved(kernel, count):
    """How many elements a kernel made, and the bytes that it reads and writes for one."""
    family, _, type = kernel.rpartition("_")
    size = SIZES.get(type)
    if kernel == "diagonal":
        return count["bytesWritten"] / (sum((8, 4, 2, 2)) / 4), 0, SECTOR
    if family == "tall":  # writes what its blocks have counted, too
        return ELEMENTS, 0, size
    elements = count["bytesWritten"] / size
    read = {
        "mapped": max(4, size),
        "finish": max(4, size),
        "scatter": size,
        "reflectors": size,
        "signs": SECTOR,
    }.get(family, 0)
    asked = size if family == "signs" else read
    assert count["bytesRead"] >= 0.99 * asked * elements, f"{kernel} did not read what is said of it"
    return elements, read, size


def main():
    used = registers(sys.stdin)
    counts = counted(sys.argv[1:])
    costly = sorted({opcode for count in counts.values() for opcode in count["byOpcode"] if is_costly(opcode)})
    costs = {opcode: assembled.instructions(opcode) for opcode in costly}
    print(HEAD.format(costs=", ".join(f"{n} for `{opcode}`" for opcode, n in costs.items()), sector=SECTOR))
    fast, ratios, missing = [], {}, []
    for kernel in sorted(used):
        count = counts.get(kernel)
        regs, spilled = used[kernel]
        if count is None:
            print(f"| {kernel} | {regs} | {spilled} | | | | | | | | |")
            missing.append(f"`{kernel}`")
            continue
        elements, read, written = moved(kernel, count)
        free = sum(n for opcode, n in count["byOpcode"].items() if is_free(opcode))
        more = sum((costs[opcode] - 1) * n for opcode, n in count["byOpcode"].items() if is_costly(opcode))
        ptx = count["instructions"] / elements
        issued = (count["instructions"] - free + more) / elements
        memory, issue = (read + written) / WRITE * 1e12, issued / ISSUE * 1e12
        row = f"| {kernel} | {regs} | {spilled} | {ptx:.1f} | {issued:.1f} | {read} | {written} | {memory:.2f} | {issue:.2f}"
        ratio = ratios[kernel] = max(1, issue / memory)
        if ratio == 1 and kernel.startswith(LAWS) and not kernel.startswith("constant"):
            fast.append(f"`{kernel}`")
        print(f"{row} | {ratio:.2f} | {'memory' if ratio == 1 else 'instructions'} |")
    philox = 20 / 4 / (ISSUE / 2) * 1e12
    print(
        TAIL.format(
            memory=", ".join(fast) or "no others",
            philox=philox,
            philox4=philox / (4 / WRITE * 1e12),
            missing=f"- Not counted: {', '.join(missing)}.\n" if missing else "",
            **ratios,
        ),
        end="",
    )


main()
