# SPDX-License-Identifier: Apache-2.0
"""What ptxas makes of the kernels' PTX for sm_90, and how long an H100's pipes take for it.

The code is that of nvdisasm. Of the loop that stores 16 bytes at a time (the innermost one), the shortest way through is
counted, which leaves out what only rare operands take: the calls of square roots and divisions.
"""
import collections
import os
import re
import subprocess
import tempfile

# Lanes that a scheduler's pipe takes in a clock, of 32: from NVIDIA's table of the throughput of native arithmetic
# instructions (compute capability 9.0). The pipes of the rest are an estimate: what is not listed is issued and no more.
PIPES = {
    "ALU": 16,  # integers, logic, comparisons, selections, conversions of packed halves
    "FMA": 32,  # f32, of which the half that multiplies integers takes 16
    "IMAD": 16,
    "F64": 16,
    "XU": 4,  # reciprocals, roots, counts of bits, conversions from and to 64 bits
    "CVT": 16,  # other conversions
}
ALU = set("LOP3 LOP PLOP3 IADD3 IADD VIADD LEA SHF SHL SHR ISETP FSETP FMNMX FSEL SEL PRMT VIMNMX IMNMX F2FP HSETP2 HMNMX2 "
          "MOV IABS BMSK SGXT FCHK".split())
FMA = set("FFMA FMUL FADD HFMA2 HADD2 HMUL2".split())
F64 = set("DFMA DMUL DADD DSETP".split())
CONVERSIONS = set("I2F I2FP F2I F2F FRND".split())
XU = set("MUFU POPC FLO BREV".split())


def pipe(text):
    """The pipe of an instruction; None where it has none that is counted."""
    full = text.split()[0]
    name = full.split(".")[0]
    if name == "IMAD":
        return "IMAD"
    if name in CONVERSIONS:
        return "XU" if "64" in full else "CVT"
    for pipe, names in (("ALU", ALU), ("FMA", FMA), ("F64", F64), ("XU", XU)):
        if name in names:
            return pipe
    return None


def code(ptx):
    """Instructions of the PTX's kernel, and where its labels are."""
    tool = os.environ.get("INITIUM_NVDISASM", "nvdisasm")
    with tempfile.NamedTemporaryFile(suffix=".cubin") as cubin:
        subprocess.run(["ptxas", "-arch=sm_90", ptx, "-o", cubin.name], check=True)
        listing = subprocess.run([tool, "-c", cubin.name], check=True, capture_output=True, text=True).stdout
    instructions, labels = [], {}
    inside = False
    for line in listing.splitlines():
        if re.match(r"\.text\.\w+:", line):
            inside = True
        elif inside and (m := re.match(r"(\.L_\w+):", line)):
            labels[m[1]] = len(instructions)
        elif inside and (m := re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?(.*?)\s*;", line)):
            instructions.append((m[1], m[2]))
    return instructions, labels


def target(text, labels):
    m = re.search(r"`\((\.L_\w+)\)", text)
    return labels.get(m[1]) if m and text.startswith("BRA") else None


def way(instructions, labels, first, last):
    """The shortest way from one instruction to another that calls nothing."""
    before, queue = {first: None}, collections.deque([first])
    while queue:
        at = queue.popleft()
        if at == last:
            found = []
            while at is not None:
                found.append(at)
                at = before[at]
            return found[::-1]
        predicate, text = instructions[at]
        jump = target(text, labels)
        following = [at + 1]
        if text.startswith("BRA"):
            following = [jump] if predicate is None else [at + 1, jump]
        if text.startswith(("EXIT", "RET")) and predicate is None:
            following = []
        for to in following:
            if to is not None and first <= to <= last and to not in before and not instructions[to][1].startswith("CALL"):
                before[to] = at
                queue.append(to)
    return None


def loop(ptx):
    """The way through the innermost loop that stores 16 bytes at a time: its instructions, and how many of these."""
    instructions, labels = code(ptx)
    best = None
    for at, (_, text) in enumerate(instructions):
        first = target(text, labels)
        if first is None or first > at:
            continue
        for store in range(first, at):
            if not instructions[store][1].startswith("STG.E.128"):
                continue
            path = way(instructions, labels, first, store), way(instructions, labels, store, at)
            if None in path:
                continue
            texts = [instructions[i][1] for i in path[0] + path[1][1:]]
            stores = sum(text.startswith("STG.E.128") for text in texts)
            if best is None or len(texts) / stores < len(best[0]) / best[1]:
                best = texts, stores
    return best


def clocks(texts):
    """Clocks of a scheduler for a warp: what is issued, and what each pipe takes."""
    count = collections.Counter(pipe(text) for text in texts)
    found = {"issue": float(len(texts))}
    for name, lanes in PIPES.items():
        found[name] = count[name] * 32 / lanes
    found["FMA"] += count["IMAD"]  # the other half of this pipe is all that f32 has then
    return found
