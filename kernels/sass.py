# SPDX-License-Identifier: Apache-2.0
"""What ptxas makes of the kernels' PTX for sm_90, and how long an H100's pipes take for it.

The code is that of nvdisasm. Of the loop that stores 16 bytes at a time (the innermost one), the shortest way through is
counted, which leaves out what only rare operands take: the calls of square roots and divisions (`loop`). Of kernels that
are not such a loop, each block of the code is weighed by how often a warp ran it (`profile`).
"""
import collections
import os
import re
import statistics
import subprocess
import tempfile

# Lanes that a scheduler's pipe takes in a clock, of 32: from NVIDIA's table of the throughput of native arithmetic
# instructions, CUDA C++ Best Practices Guide, compute capability 9.0, by four (docs/kernels.md has the addresses). The
# pipes of the rest are an estimate: what is not listed is issued and no more.
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


def with_lines(text):
    """The PTX with a .loc before each instruction that names its line: ptxas says of what it makes, whence it came."""
    lines, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if inside and line.startswith("\t") and not line.strip().startswith((".", "//", "{", "}")):
            lines.append(f".loc 1 {number} 0")
        inside = inside or line.startswith("{")
        lines.append(line)
        if line.startswith(".address_size"):
            lines.append('.file 1 "k.ptx"')
    return "\n".join(lines)


def code(ptx):
    """Instructions of the PTX's kernel, each (predicate, text, line of the PTX), and where its labels are."""
    tool = os.environ.get("INITIUM_NVDISASM", "nvdisasm")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/k.ptx", "w") as to, open(ptx) as of:
            to.write(with_lines(of.read()))
        subprocess.run(["ptxas", "-arch=sm_90", "-lineinfo", f"{folder}/k.ptx", "-o", f"{folder}/k.cubin"], check=True)
        listing = subprocess.run([tool, "-c", "-g", f"{folder}/k.cubin"], check=True, capture_output=True, text=True).stdout
    instructions, labels = [], {}
    inside, line = False, 0
    for text in listing.splitlines():
        if re.match(r"\.text\.\w+:", text):
            inside = True
        elif inside and (m := re.match(r"(\.L_\w+):", text)):
            labels[m[1]] = len(instructions)
        elif inside and (m := re.match(r'\s*//## File "k.ptx", line (\d+)', text)):
            line = int(m[1])
        elif inside and (m := re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?(.*?)\s*;", text)):
            instructions.append((m[1], m[2], line))
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
        predicate, text, _ = instructions[at]
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
    for at, (_, text, _) in enumerate(instructions):
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


def blocks(instructions, labels):
    """The basic blocks, (first, behind the last), and for each those that may follow it."""
    starts = {0, *labels.values()}
    for at, (_, text, _) in enumerate(instructions):
        if text.startswith(("BRA", "EXIT", "RET", "CALL")):
            starts.add(at + 1)
    starts = sorted(at for at in starts if at < len(instructions))
    found = list(zip(starts, starts[1:] + [len(instructions)]))
    index = {first: i for i, (first, _) in enumerate(found)}
    following = []
    for i, (_, end) in enumerate(found):
        predicate, text, _ = instructions[end - 1]
        jump = target(text, labels)
        after = [] if jump is None else [index[jump]]
        ends = text.startswith(("BRA", "EXIT", "RET")) and predicate is None and not re.match(r"BRA(\.DIV| !?U?P)", text)
        if not ends and i + 1 < len(found):
            after.append(i + 1)
        following.append(after)
    return found, following


def typical(counts):
    """Their median, without those that never ran unless these are most."""
    ran = [count for count in counts if count]
    return statistics.median_low(ran) if 3 * len(ran) >= len(counts) else 0


def weights(instructions, labels, counts):
    """The blocks, and how often a warp runs each, from how often it ran the lines of the PTX.

    The weight of a block is the median of those of its instructions, and no more than those of the blocks before it, or
    behind it, come to: what ptxas moved out of a loop counts as where it is. Calls (of roots and divisions of rare
    operands) and what shuffles do where a warp has parted are left out. Of copies of a loop, the shortest one is counted.
    """
    found, following = blocks(instructions, labels)
    parts = [instructions[first:end] for first, end in found]
    lines = [collections.Counter(line for _, _, line in part) for part in parts]
    weight = [typical([counts.get(line, 0) for _, _, line in part]) for part in parts]
    called = min((labels[m[1]] for _, text, _ in instructions if (m := re.search(r"`\((\$\S+)\)", text)) and m[1] in labels),
                 default=None)
    before = [[] for _ in found]
    for i, after in enumerate(following):
        for j in after:
            before[j].append(i)
    rare = []
    for i, part in enumerate(parts):
        texts = [text for _, text, _ in part]
        only_call = before[i] and all(parts[j][-1][1].startswith("CALL") for j in before[i])
        rare.append(only_call or called is not None and found[i][0] >= called or any(
            text.startswith(("CALL", "RET")) or "COLLECTIVE" in text for text in texts))
        if rare[i]:
            weight[i] = 0
    for i, own in enumerate(lines):
        for j, other in enumerate(lines):
            if len(parts[j]) >= len(parts[i]) or weight[j] == 0 or len(own.keys() & other.keys()) < 6:
                continue
            if sum(n for line, n in own.items() if line in other) > 0.6 * len(parts[i]):
                weight[i] = 0
    for i, part in enumerate(parts):
        if len(part) < 3 and before[i] and not rare[i]:  # where ways join: its line is that of one of them
            weight[i] = sum(weight[j] for j in before[i])
    most = [min((sum(weight[j] for j in others) for others in (before[i], following[i]) if others), default=0) for i in range(len(found))]
    weight = [min(own, bound) for own, bound in zip(weight, most)]
    return parts, weight


def profile(ptx, counts):
    """Of all warps of a launch: a count of instructions for each pipe, and of all as "issue"."""
    total = collections.Counter()
    for part, weight in zip(*weights(*code(ptx), counts)):
        for _, text, _ in part:
            total[pipe(text)] += weight
            total["issue"] += weight
    return total


def clocks(texts):
    """Clocks of a scheduler for a warp: what is issued, and what each pipe takes."""
    count = collections.Counter(pipe(text) for text in texts)
    count["issue"] = len(texts)
    return taken(count)


def taken(count):
    found = {"issue": float(count["issue"])}
    for name, lanes in PIPES.items():
        found[name] = count[name] * 32 / lanes
    found["FMA"] += count["IMAD"]  # the other half of this pipe is all that f32 has then
    return found
