# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of grid.tsv: the same fills, measured as JMH measures ours.

python torch_twin.py THREADS [--quick] ID... prints a JSON object {id: [milliseconds per fill, ...]};
python torch_twin.py 1 --cpu-time ID... the least processor time of a fill, as CpuTime.java;
python torch_twin.py THREADS --sgemm prints {"sgemm": [GF/s, ...]}.
"""

import json
import sys
import time

import torch

QUICK = "--quick" in sys.argv
WARM_SECONDS = 0.3 if QUICK else 0.6
SAMPLES = 3 if QUICK else 5
SAMPLE_SECONDS = 0.2 if QUICK else 0.3
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "f64": torch.float64}


def rows():
    import pathlib

    for line in pathlib.Path(__file__).with_name("grid.tsv").read_text().splitlines():
        if not line.startswith("#"):
            name, _, expression, shape, dtype, mode, *_ = line.split("\t")
            yield name, expression, [int(n) for n in shape.split(",")], DTYPES[dtype], mode


def call(expression):
    """The function of torch.nn.init and its arguments; Initium's own `method` is left out."""
    head, _, arguments = expression.rstrip(")").partition("(")
    keywords = eval(f"dict({arguments})", {"qr": None, "householder": None, "dict": dict})
    keywords.pop("method", None)
    function = getattr(torch.nn.init, head + "_")
    return lambda tensor: function(tensor, **keywords)


def sample(work, seconds):
    """Milliseconds per call, over as many calls as begin in so many seconds."""
    calls = 0
    start = time.perf_counter()
    while True:
        work()
        calls += 1
        passed = time.perf_counter() - start
        if passed >= seconds:
            return passed / calls * 1e3


def measure(work, samples=SAMPLES):
    first = sample(work, WARM_SECONDS)
    return [sample(work, SAMPLE_SECONDS) for _ in range(samples if first < 1000 else 2)]


def least_cpu_milliseconds(work, seconds=1.5):
    """Of one thread, as CpuTime does it."""
    begun = now = time.thread_time()
    least = float("inf")
    while now - begun < seconds:
        work()
        after = time.thread_time()
        least = min(least, after - now)
        now = after
    return least * 1e3


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    wanted = sys.argv[2:]
    if wanted == ["--sgemm"]:
        n = 2048
        a, b, c = (torch.randn(n, n) for _ in range(3))
        times = measure(lambda: torch.mm(a, b, out=c))
        print(json.dumps({"sgemm": [2 * n**3 / t / 1e6 for t in times]}))
        return
    results = {}
    for name, expression, shape, dtype, mode in rows():
        if name in wanted:
            fill = call(expression)
            tensor = torch.empty(shape, dtype=dtype)
            work = lambda: fill(tensor)
            if mode == "touch":
                work = lambda: fill(torch.empty(shape, dtype=dtype))
            results[name] = least_cpu_milliseconds(work) if "--cpu-time" in wanted else measure(work)
    print(json.dumps(results))


main()
