"""docs/kernels.md from ptxas -v (standard input) and the software device's counts (argument)."""
import json
import re
import sys

ELEMENTS = 1 << 18  # KernelCountTest
WRITE = 3.35e12  # bytes a second: H100 SXM, NVIDIA's data sheet
ISSUE = 132 * 4 * 32 * 1.83e9  # instructions of threads a second: 132 SMs, 4 schedulers, 32 lanes, 1.83 GHz

HEAD = """# The CUDA kernels

Written by kernels/report.sh. **No GPU has run this yet**: registers and spills are what ptxas says for
sm_90, instructions and bytes what the software device of native-test/ counted when it ran the shipped PTX
over 2^18 elements of a contiguous tensor, and the times are what that comes to on an H100 (SXM: 3.35 TB/s,
132 SMs at 1.83 GHz, 4 x 32 instructions a clock and SM).

- *PTX* counts instructions an element; *issued* leaves out what costs nothing once assembled: moves between
  registers, unpacking, and reads of parameters, which are operands from constant memory (not so for
  `sparse`, whose shared memory is counted with them). A GPU executes fewer where ptxas fuses address
  arithmetic, and more for a square root or a division, which is one here and some eight or more there.
- *write* is the time to write an element at the full bandwidth, *issue* the time to issue its instructions,
  both in picoseconds. *ratio* is the larger to *write*: 1.0 is the speed of the memory.
- Every element is written once, with 16-byte stores; `eye` and `dirac` write their ones a second time.
- *bound* says which of the two it is.

| kernel | registers | spilled bytes | PTX | issued | bytes | write | issue | ratio | bound |
|---|---|---|---|---|---|---|---|---|---|"""

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
- A row knows beforehand which of its groups it has whole, and two bf16 leave in one `prmt`: before that, `normal_bf16` issued
  44.4 instructions an element, `truncated_bf16` 42.4, `uniform_bf16` 25.5, `normal_f32` 42.4. What is left is
  Philox, 10 instructions a word, and the arithmetic of the law, whose bits are given.
- Before the keys of Philox's rounds came from the host as operands, and its three-operand exclusive ors were written
  as `lop3`, `normal_f32` took 67.8 PTX instructions an element, fewer of them operands.
- `sparse` draws its keys, 16 from a Philox block, anew for each digit of the cut that has ties and for the values, and
  only the normals that are kept: here 9 of 10.
- Rows without figures are not counted: what reads as much as it writes (`mapped`, `finish`, `scatter`), what writes little
  (`diagonal`, `signs`, `digit`), and `reflectors`, `spread` and PyTorch's kernels.
"""


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


def main():
    used = registers(sys.stdin)
    counts = {}
    for line in open(sys.argv[1]):
        if line.startswith('{"kernel"'):
            row = json.loads(line)
            counts[row["kernel"]] = row
    print(HEAD)
    fast, ratios = [], {}
    for kernel in sorted(used):
        count = counts.get(kernel)
        regs, spilled = used[kernel]
        if count is None or kernel == "diagonal":
            print(f"| {kernel} | {regs} | {spilled} | | | | | | | |")
            continue
        # How many elements: constants were run for eye, too, and constant_2 for two dtypes.
        size = {"2": 2, "4": 4, "8": 8, "f32": 4, "f64": 8, "f16": 2, "bf16": 2}[kernel.rsplit("_")[-1]]
        elements = count["bytesWritten"] / size
        ptx = count["instructions"] / elements
        loads = count["bytesRead"] / (8 if kernel.endswith("f64") else 16)
        operands = sum(count["byOpcode"].get(opcode, 0) for opcode in ("ld", "st")) - count["bytesWritten"] / 16 - loads
        if kernel.startswith("sparse"):
            operands = 0  # shared memory is in there, too
        moves = sum(count["byOpcode"].get(opcode, 0) for opcode in ("mov", "cvta"))
        issued = (count["instructions"] - moves - operands) / elements
        write, issue = size / WRITE * 1e12, issued / ISSUE * 1e12
        ratio = ratios[kernel] = max(1, issue / write)
        if ratio == 1 and not kernel.startswith("constant"):
            fast.append(f"`{kernel}`")
        bound = "memory" if ratio == 1 else "instructions"
        print(
            f"| {kernel} | {regs} | {spilled} | {ptx:.1f} | {issued:.1f} | {size} | {write:.2f} | {issue:.2f}"
            f" | {ratio:.2f} | {bound} |"
        )
    philox = 20 / 4 / (ISSUE / 2) * 1e12
    print(TAIL.format(memory=", ".join(fast) or "no others", philox=philox, philox4=philox / (4 / WRITE * 1e12), **ratios))


main()
