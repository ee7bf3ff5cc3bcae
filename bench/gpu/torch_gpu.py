"""torch.nn.init on the GPU: the rows of GpuBench that PyTorch has. Argument: the largest power of two of elements."""
import sys
import time

import torch

LEAST, REPEATS = 0.02, 7


def seconds(run, calls):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        run()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def measure(name, bytes_, run):
    seconds(run, 1)
    calls = 1
    while seconds(run, calls) < LEAST and calls < 1 << 14:
        calls *= 2
    times = sorted(seconds(run, calls) / calls for _ in range(REPEATS))
    median = times[REPEATS // 2]
    print(f"{name:44} {bytes_ / median / 1e9:12.1f} {median * 1e6:12.2f}")


def main():
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}")
    init = torch.nn.init
    for log in (20, 24, 28, 30, 32):
        if log > int(sys.argv[1]):
            continue
        for name, dtype in (("f32", torch.float32), ("f64", torch.float64), ("f16", torch.float16), ("bf16", torch.bfloat16)):
            try:
                x = torch.empty(1 << log // 2, 1 << log - log // 2, dtype=dtype, device="cuda")
            except torch.cuda.OutOfMemoryError as e:
                print(str(e).splitlines()[0])
                continue
            size = x.numel() * x.element_size()
            measure(f"Constant {name} 2^{log}", size, lambda: init.constant_(x, 1.0))
            measure(f"Uniform {name} 2^{log}", size, lambda: init.uniform_(x, -0.1, 0.1))
            measure(f"Normal {name} 2^{log}", size, lambda: init.normal_(x, 0.0, 0.02))
            measure(f"TruncatedNormal {name} 2^{log}", size, lambda: init.trunc_normal_(x, 0.0, 0.02, -0.04, 0.04))
            measure(f"Eye {name} 2^{log}", size, lambda: init.eye_(x))
            if log <= 24 and dtype == torch.float32:
                measure(f"Sparse {name} 2^{log}", size, lambda: init.sparse_(x, 0.1))
            del x
    for side in (512, 2048, 4096):
        x = torch.empty(side, side, device="cuda")
        measure(f"Orthogonal f32 {side}", 4 * side * side, lambda: init.orthogonal_(x))


main()
