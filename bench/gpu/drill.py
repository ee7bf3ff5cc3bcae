# SPDX-License-Identifier: Apache-2.0
"""The drill: what there is to know about a machine with an NVIDIA GPU, in less than six minutes. run.sh starts it.

Eight parts in order, each with a limit of its own and none beyond the end; after each, drill.json, drill.md and
logs.tar.gz (what each part printed) are written, so that a run that is cut short still tells; there are no other files,
since not every way back from a machine takes many. A part whose tool is missing, or that fails, says so, and the next
goes on. Settings: INITIUM_DRILL_SECONDS (345) for all; INITIUM_GPU_MOST (32), the largest power of two of elements;
INITIUM_GPU_TESTS, a pattern of the names of the test classes to run (all); INITIUM_DRILL_TORCH (cuda), where PyTorch
makes its numbers: cpu, to try the way that they take where there is no GPU.
"""
import csv
import glob
import io
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

from page import page

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.abspath(sys.argv[1])
END = time.monotonic() + float(os.environ.get("INITIUM_DRILL_SECONDS", "345"))
MOST = int(os.environ.get("INITIUM_GPU_MOST", "32"))
TESTS = os.environ.get("INITIUM_GPU_TESTS", "")
RESULTS = {"parts": []}
WORK = tempfile.mkdtemp(prefix="initium-drill-")  # what the parts write


def path(name):
    return os.path.join(WORK, name)


class Ran:
    """A program that ended, or was ended at its limit; what it printed is in a file."""

    def __init__(self, name, command, limit, environment=None):
        self.file = path(name)
        self.command = command
        began = time.monotonic()
        limit = max(1.0, min(limit, END - began))
        with open(self.file, "wb") as out:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                    env={**os.environ, **(environment or {})})
            except OSError as e:
                out.write(f"{command[0]}: {e}\n".encode())
                self.status, self.cut, self.seconds = 127, False, 0.0
                return
            self.cut = False
            try:
                self.status = process.wait(limit)
            except subprocess.TimeoutExpired:
                self.cut = True
                for end in signal.SIGTERM, signal.SIGKILL:
                    try:
                        os.killpg(process.pid, end)
                        process.wait(2)
                    except (ProcessLookupError, subprocess.TimeoutExpired):
                        pass
                self.status = process.poll()
            try:
                os.killpg(process.pid, signal.SIGKILL)  # what it left running would take part in the next one's times
            except ProcessLookupError:
                pass
        self.seconds = time.monotonic() - began

    def text(self):
        with open(self.file, errors="replace") as file:
            return file.read()

    def outcome(self):
        return "cut short" if self.cut else "done" if self.status == 0 else f"failed (status {self.status})"

    def tail(self, lines=3):
        return " / ".join(line.strip()[:300] for line in self.text().strip().splitlines()[-lines:])


def unless_empty(outcome, what):
    """Not done, if nothing came of it."""
    return outcome if what or outcome != "done" else "failed: it ended without a result"


def json_lines(text):
    rows = []
    for line in text.splitlines():
        try:
            row = json.loads(line)
            if isinstance(row, dict):
                rows.append(row)
        except ValueError:
            pass  # what else a program prints, or half a line at its end
    return rows


def read(name):
    try:
        with open(path(name)) as file:
            return json_lines(file.read())
    except OSError:
        return []


# What there is of programs -----------------------------------------------------------------------------------------

CUDA = next((home for home in (os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda")
             if home and os.path.isdir(home)), "/usr/local/cuda")


def tool(name):
    """On the path or in a toolkit."""
    found = shutil.which(name)
    places = [f"{CUDA}/bin/{name}", f"{CUDA}/compute-sanitizer/{name}", f"/usr/local/nvidia/bin/{name}"]
    places += sorted(glob.glob(f"/opt/nvidia/nsight-compute/*/{name}"), reverse=True)
    return found or next((place for place in places if os.access(place, os.X_OK)), None)


def torch_python():
    """A Python that has torch, and the folder of its packages: of this one's name or a later one's."""
    for name in [sys.executable, "python3", "python3.12", "python3.13", "python3.11", "python"]:
        python = shutil.which(name)
        if python:
            ask = "import importlib.util as u; s = u.find_spec('torch'); print(s.origin if s else '')"
            try:
                found = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=15).stdout.strip()
            except (OSError, subprocess.TimeoutExpired):
                continue
            if found:
                return python, os.path.dirname(os.path.dirname(found))
    return None, None


PYTHON, SITE = torch_python()
JAVA = [os.environ["INITIUM_JAVA"], "--enable-native-access=ALL-UNNAMED", "-cp", os.environ["INITIUM_CLASSES"]]
# The wheels beside that torch are where the product finds cuRAND and cuSOLVER if nowhere else.
JAVA_ENVIRONMENT = {"PYTHONPATH": SITE} if SITE else {}


def java(name, limit, *command, **environment):
    return Ran(name, JAVA + list(command), limit, {**JAVA_ENVIRONMENT, **environment})


def torch(name, limit, script, *arguments):
    if PYTHON is None:
        return None
    return Ran(name, [PYTHON, os.path.join(HERE, script), *arguments], limit)


# The parts: each answers what it found, with an outcome -------------------------------------------------------------


def devices():
    """Devices, and the libraries found"""
    ran = java("devices.txt", 30, "org.initium.cli.Main", "devices")
    found = {"outcome": ran.outcome(), "text": ran.text(), "tools": {}}
    smi = tool("nvidia-smi")
    if smi:
        fields = "name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,mig.mode.current,ecc.mode.current"
        found["nvidia-smi"] = Ran("nvidia-smi.txt", [smi, f"--query-gpu={fields}", "--format=csv"], 10).text()
    for name in ("nvcc", "cuobjdump", "nvdisasm", "ncu", "compute-sanitizer", "gcc"):
        found["tools"][name] = tool(name) or "absent"
    found["tools"]["python with torch"] = PYTHON or "absent"
    if not re.search(r"^cuda:0", found["text"], re.M):
        found["outcome"] = "failed: no CUDA device"
    return found


def modules():
    """All PTX modules, compiled by the driver"""
    ran = java("modules.txt", 45, "org.initium.cuda.drill.DrillModules", CUDA_CACHE_DISABLE="1")
    rows = json_lines(ran.text())
    failed = [row["module"] for row in rows if "failed" in row]
    outcome = f"failed: {', '.join(failed)}" if failed else ran.outcome()
    return {"outcome": unless_empty(outcome, rows), "modules": rows, "tail": "" if rows else ran.tail()}


def tests():
    """The CUDA tests, bit for bit beside the CPU"""
    chosen = ["--include-classname", TESTS] if TESTS else []
    ran = java(
        "tests.txt", 110, "-Dinitium.cuda=real", "org.junit.platform.console.ConsoleLauncher", "execute",
        "--disable-banner", "--disable-ansi-colors", "--details=testfeed", "--fail-if-no-tests", "-p", "org.initium",
        "-t", "cuda", "-T", "software-device", *chosen)
    text = ran.text()
    count = {word: len(re.findall(rf"::? {word}", text)) for word in ("SUCCESSFUL", "FAILED", "SKIPPED", "ABORTED")}
    failed = re.findall(r"^(.*) :: (?:FAILED|ABORTED|SKIPPED)", text, re.M)
    outcome = ran.outcome()
    if failed:
        outcome = f"failed: {len(failed)} tests" + (", and cut short" if ran.cut else "")
    tail = "" if count["SUCCESSFUL"] else ran.tail()
    return {"outcome": unless_empty(outcome, count["SUCCESSFUL"]), "count": count, "failed": failed[:50], "tail": tail}


def medians(rows):
    return {row["what"]: {"bytes": row["bytes"], "seconds": statistics.median(row["seconds"])} for row in rows}


def beside_torch(what, limit, torch_limit):
    ours = java(f"{what}.txt", limit, "org.initium.cuda.drill.GpuBench", what, path(f"{what}.jsonl"), str(MOST))
    theirs = torch(f"{what}-torch.txt", torch_limit, "torch_gpu.py", what, path(f"{what}-torch.jsonl"), str(MOST))
    outcome = ours.outcome()
    rows = medians(read(f"{what}.jsonl"))
    return {
        "outcome": unless_empty(outcome, rows),
        "pytorch": theirs.outcome() if theirs else "absent",
        "rows": rows,
        "pytorch rows": medians(read(f"{what}-torch.jsonl")),
        "tail": "" if rows else ours.tail(),
        "pytorch tail": theirs.tail(2) if theirs and theirs.status != 0 else "",
    }


def throughput():
    """Throughput of every fill and dtype, beside memset, copy, cuRAND and PyTorch"""
    return beside_torch("fills", 70, 50)


def torch_numbers():
    """The numbers of torch-cuda beside PyTorch's, element by element"""
    if PYTHON is None:
        return {"outcome": "absent: no Python with torch"}
    folder = path("torch-numbers")
    os.makedirs(folder, exist_ok=True)
    device = os.environ.get("INITIUM_DRILL_TORCH", "cuda")
    made = torch("torch-numbers-made.txt", 40, "torch_numbers.py", folder, str(MOST), device)
    if not os.path.exists(os.path.join(folder, "cases.tsv")):
        return {"outcome": made.outcome(), "tail": made.tail()}
    ran = java("torch-numbers.jsonl", 40, "org.initium.cuda.drill.DrillTorch", folder,
               "torch-cpu" if device == "cpu" else "torch-cuda")
    rows = json_lines(ran.text())
    shutil.rmtree(folder)  # gigabytes
    bad = [row for row in rows if row["beyond_tolerance"] or "failed" in row]
    outcome = f"failed: {len(bad)} of {len(rows)} cases" if bad else ran.outcome() if rows else "failed: no case"
    return {"outcome": outcome, "made": made.outcome(), "torch": made.text().splitlines()[:2], "cases": rows,
            "tail": "" if rows and not ran.cut else ran.tail()}


def orthogonal():
    """Orthogonal beside PyTorch's, single and batched"""
    return beside_torch("orthogonal", 25, 30)


def sanitizer():
    """compute-sanitizer over one fill of each kernel"""
    sanitizer = tool("compute-sanitizer")
    found = {"outcome": "done"}
    if sanitizer is None:
        return {"outcome": "absent: no compute-sanitizer"}
    for check in ("memcheck", "racecheck"):
        command = [sanitizer, "--tool", check, "--target-processes", "all", "--error-exitcode", "99"]
        command += ["--print-limit", "20", *JAVA, "org.initium.cuda.drill.DrillKernels", "touch"]
        ran = Ran(f"{check}.txt", command, 30, JAVA_ENVIRONMENT)
        summary = re.findall(r"=+ ((?:ERROR|RACECHECK) SUMMARY.*)", ran.text())
        found[check] = ran.outcome() + (": " + summary[-1] if summary else ": " + ran.tail(1))
        if ran.status != 0 or ran.cut:
            found["outcome"] = f"failed: {check}"
    return found


PIPES = ("alu", "fma", "fmaheavy", "xu", "fp64", "lsu", "uniform")
METRICS = (
    "gpu__time_duration.sum",
    "dram__bytes_write.sum",
    "dram__bytes_write.sum.pct_of_peak_sustained_elapsed",
    "sm__inst_issued.avg.pct_of_peak_sustained_active",
    *(f"sm__inst_executed_pipe_{pipe}.avg.pct_of_peak_sustained_active" for pipe in PIPES),
)


def profile():
    """ncu: the share of the memory's write bandwidth, and the pipe that is busiest"""
    ncu = tool("ncu")
    if ncu is None:
        return {"outcome": "absent: no ncu"}
    main = JAVA + ["org.initium.cuda.drill.DrillKernels", "profile", str(min(MOST, 28))]
    for name, choice in (("ncu", ["--metrics", ",".join(METRICS)]),
                         ("ncu-sections", ["--section", "SpeedOfLight", "--section", "ComputeWorkloadAnalysis"])):
        command = [ncu, "--target-processes", "all", "--csv", "--page", "raw", "--launch-count", "14", *choice]
        ran = Ran(f"{name}.csv", command + main, 40, JAVA_ENVIRONMENT)
        rows = kernels(ran.text())
        if rows:
            return {"outcome": ran.outcome(), "kernels": rows}
        if "ERR_NVGPUCTRPERM" in ran.text():
            return {"outcome": "absent: the driver lets administrators alone read its counters (ERR_NVGPUCTRPERM)"}
    return {"outcome": ran.outcome(), "tail": ran.tail()}


def kernels(text):
    """The rows of ncu's table, whose second line has the units."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if '"Kernel Name"' in line), None)
    if start is None:
        return []
    rows = []
    for row in csv.DictReader(io.StringIO("\n".join(lines[start:]))):
        if not row.get("Kernel Name"):
            continue
        values = {}
        for name, value in row.items():
            if name and ("." in name) and value:
                try:
                    values[name] = float(value.replace(",", ""))
                except ValueError:
                    pass
        pipes = {pipe: values[key] for pipe in PIPES
                 if (key := f"sm__inst_executed_pipe_{pipe}.avg.pct_of_peak_sustained_active") in values}
        rows.append({
            "kernel": row["Kernel Name"],
            "write share": values.get("dram__bytes_write.sum.pct_of_peak_sustained_elapsed"),
            "issue share": values.get("sm__inst_issued.avg.pct_of_peak_sustained_active"),
            "busiest pipe": max(pipes, key=pipes.get) if pipes else None,
            "pipes": pipes,
            "all": values,
        })
    return rows


def save():
    for name, text in (("drill.json", json.dumps(RESULTS, indent=1)), ("drill.md", page(RESULTS))):
        with open(os.path.join(OUT, name + ".partial"), "w") as file:
            file.write(text + "\n")
        os.replace(os.path.join(OUT, name + ".partial"), os.path.join(OUT, name))
    logs = os.path.join(OUT, "logs.tar.gz")
    with tarfile.open(logs + ".partial", "w:gz") as archive:
        for name in sorted(os.listdir(WORK)):
            if os.path.isfile(path(name)):
                archive.add(path(name), "logs/" + name)
    os.replace(logs + ".partial", logs)


def main():
    began = time.monotonic()
    bad = False
    os.makedirs(OUT, exist_ok=True)
    RESULTS["settings"] = {"seconds": END - began, "largest": MOST, "tests": TESTS or "all", "torch": SITE}
    try:
        with open(os.path.join(HERE, "commit")) as file:
            RESULTS["commit"] = file.read().strip()
    except OSError:
        RESULTS["commit"] = "a checkout"
    parts = devices, modules, tests, throughput, torch_numbers, orthogonal, sanitizer, profile
    for number, part in enumerate(parts, 1):
        start = time.monotonic()
        print(f"== {number} {part.__doc__}", flush=True)
        if start > END - 2:
            found = {"outcome": "not begun: no time was left"}
        else:
            try:
                found = part()
            except Exception as e:  # what one part trips over must not cost the others
                found = {"outcome": f"failed: {type(e).__name__}: {e}"}
        seconds = round(time.monotonic() - start, 1)
        print(f"   {found['outcome']}, {seconds} s  {found.get('tail', '')}", flush=True)
        RESULTS["parts"].append({"part": part.__name__, "title": part.__doc__, "seconds": seconds, **found})
        RESULTS["seconds"] = round(time.monotonic() - began, 1)
        bad |= found["outcome"] != "done" and not found["outcome"].startswith("absent")
        save()
    shutil.rmtree(WORK, ignore_errors=True)
    print(f"== {RESULTS['seconds']} s; {os.path.join(OUT, 'drill.md')}")
    return 1 if bad else 0


sys.exit(main())
