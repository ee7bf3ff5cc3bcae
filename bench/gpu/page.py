# SPDX-License-Identifier: Apache-2.0
"""What the drill found, as a page of Markdown in the form of docs/hardware.md."""


def table(head, rows):
    if not rows:
        return []
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows] + [""]


def page(results):
    parts = {part["part"]: part for part in results["parts"]}
    lines = ["# What has run on hardware", ""]
    devices = parts.get("devices", {})
    lines += [f"The drill (bench/gpu/run.sh) of {results['commit']}, {results.get('seconds', 0)} seconds.", ""]
    lines += ["    " + line for line in (devices.get("text", "") + devices.get("nvidia-smi", "")).splitlines()] + [""]
    lines += table(["part", "outcome", "seconds"],
                   [(part["title"], part["outcome"], part["seconds"]) for part in results["parts"]])
    sections = (("modules", modules), ("tests", tests), ("throughput", throughput), ("torch_numbers", torch_numbers),
                ("orthogonal", orthogonal), ("sanitizer", sanitizer), ("profile", profile))
    for name, section in sections:
        if name in parts:
            lines += ["## " + parts[name]["title"], ""] + section(parts[name])
            for tail in ("tail", "pytorch tail"):
                if parts[name].get(tail):
                    lines += [f"Its last words: `{parts[name][tail]}`", ""]
    return "\n".join(lines)


def modules(part):
    rows = part.get("modules", [])
    return table(["module", "bytes", "seconds"],
                 [(row["module"], row["bytes"], row.get("seconds", row.get("failed"))) for row in rows])


def tests(part):
    count = part.get("count", {})
    lines = [", ".join(f"{number} {word.lower()}" for word, number in count.items()) + ".", ""]
    return lines + [f"- failed: {name}" for name in part.get("failed", [])] + ([""] if part.get("failed") else [])


def rate(row):
    return row["bytes"] / row["seconds"] / 1e9


def throughput(part):
    """GB/s of what is written; beside it the time as a multiple of that of others for as many bytes."""
    rows, theirs = part.get("rows", {}), part.get("pytorch rows", {})
    out = []
    for what, row in rows.items():
        size = what.split()[-1]
        memset, copy = rows.get("cuMemsetD32 " + size), rows.get("copy on the device " + size)
        fill = what.split()[0]
        curand = rows.get(f"curandGenerate{fill} f32 {size}") if f" f32 {size}" in what else None
        torch = theirs.get(what)
        out.append((what, f"{rate(row):.0f}",
                    f"{rate(memset) / rate(row):.2f}" if memset else "",
                    f"{rate(copy) / rate(row):.2f}" if copy else "",
                    f"{curand['seconds'] / row['seconds']:.2f}" if curand else "",
                    f"{torch['seconds'] / row['seconds']:.2f}" if torch else ""))
    head = ["fill", "GB/s", "time / memset's", "time / a copy's", "cuRAND's time / ours", "PyTorch's time / ours"]
    return [f"PyTorch: {part.get('pytorch', 'absent')}.", ""] + table(head, out)


def torch_numbers(part):
    return [*part.get("torch", []), ""] + table(
        ["initializer", "shape", "dtype", "compared", "bits differ", "beyond the tolerance", "largest difference",
         "first"],
        [(f"`{row['init']}`", row["shape"], row["dtype"], row["kind"] + " " + str(row["compared"]), row["bits_differ"],
          row["beyond_tolerance"], row["largest_difference"], row["first"] or row.get("failed", ""))
         for row in part.get("cases", [])])


def orthogonal(part):
    theirs = part.get("pytorch rows", {})
    out = []
    for what, row in part.get("rows", {}).items():
        name, _, dtype, size = what.split(" ", 3)
        torch = theirs.get(f"{name} {dtype} {size}")
        out.append((what, f"{row['seconds'] * 1e6:.0f}", f"{torch['seconds'] / row['seconds']:.2f}" if torch else ""))
    head = ["matrix", "microseconds", "PyTorch's time / ours"]
    return [f"PyTorch: {part.get('pytorch', 'absent')}.", ""] + table(head, out)


def sanitizer(part):
    return [f"- {check}: {part[check]}" for check in ("memcheck", "racecheck") if check in part] + [""]


def profile(part):
    def share(value):
        return "" if value is None else f"{value:.0f} %"

    return table(
        ["kernel", "of the write bandwidth", "issue", "busiest pipe", "its share"],
        [(f"`{row['kernel']}`", share(row["write share"]), share(row["issue share"]), row["busiest pipe"] or "",
          share(row["pipes"].get(row["busiest pipe"]))) for row in part.get("kernels", [])])
