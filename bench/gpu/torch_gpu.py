# SPDX-License-Identifier: Apache-2.0
"""torch.nn.init on the GPU: the rows of GpuBench that PyTorch has, a line of JSON each, written as they come.

python3 torch_gpu.py fills|orthogonal RESULTS LARGEST         (the largest power of two of elements)
"""
import json
import sys
import time

import torch

LEAST, REPEATS = 0.02, 5
WHAT, RESULTS, LARGEST = sys.argv[1], sys.argv[2], int(sys.argv[3])
INIT = torch.nn.init
DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}


def seconds(run, calls):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        run()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def measure(name, size, run):
    seconds(run, 1)
    calls = 1
    while seconds(run, calls) < LEAST and calls < 1 << 14:
        calls *= 2
    times = [seconds(run, calls) / calls for _ in range(REPEATS)]
    median = sorted(times)[REPEATS // 2]
    print(f"{name:44} {size / median / 1e9:12.1f} {median * 1e6:12.2f}", flush=True)
    with open(RESULTS, "a") as results:
        results.write(json.dumps({"what": name, "bytes": size, "seconds": times}) + "\n")


def fills():
    for log in (20, 24, 28, 30, 32):
        if log > LARGEST:
            continue
        for name, dtype in DTYPES.items():
            try:
                x = torch.empty(1 << log - log // 2, 1 << log // 2, dtype=dtype, device="cuda")
                size = x.numel() * x.element_size()
                measure(f"Constant {name} 2^{log}", size, lambda: INIT.constant_(x, 1.0))
                measure(f"Uniform {name} 2^{log}", size, lambda: INIT.uniform_(x, -0.1, 0.1))
                measure(f"Normal {name} 2^{log}", size, lambda: INIT.normal_(x, 0.0, 0.02))
                measure(f"TruncatedNormal {name} 2^{log}", size, lambda: INIT.trunc_normal_(x, 0.0, 0.02, -0.04, 0.04))
                measure(f"Eye {name} 2^{log}", size, lambda: INIT.eye_(x))
                if log <= 20 and dtype == torch.float32:
                    measure(f"Sparse {name} 2^{log}", size, lambda: INIT.sparse_(x, 0.1))
                del x
            except RuntimeError as e:  # out of memory, a kernel that a dtype has not
                print(str(e).splitlines()[0])
                x = None
                torch.cuda.empty_cache()


def orthogonal():
    for side in (32, 128, 512, 2048, 4096):
        x = torch.empty(side, side, device="cuda")
        measure(f"Orthogonal f32 {side}", 4 * side * side, lambda: INIT.orthogonal_(x))
        if side <= 128:
            each = list(torch.empty(256, side, side, device="cuda"))
            measure(f"Orthogonal f32 256 x {side}", 4 * 256 * side * side, lambda: [INIT.orthogonal_(x) for x in each])


print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}")
open(RESULTS, "w").close()
fills() if WHAT == "fills" else orthogonal()
