"""Peers of bench_kde: scikit-learn and scipy at the same sizes, one bandwidth."""
import time

import numpy as np

n, queries, h = 10000, 1000, 0.79
rng = np.random.default_rng(1)


def best_of(run, times=2):
    wall, cpu = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        run()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return f"{min(wall):.3f} s ({min(cpu):.3f} s of processor)"


for d in (20, 100):
    y, x = rng.standard_normal((n, d)), rng.standard_normal((queries, d))
    try:
        from sklearn.neighbors import KernelDensity

        model = KernelDensity(bandwidth=h).fit(y)
        print(f"scikit-learn KernelDensity, n = {n}, d = {d}, {queries} queries: {best_of(lambda: model.score_samples(x))}")
    except ImportError:
        print("scikit-learn: not installed (python3-sklearn)")
    try:
        from scipy.stats import gaussian_kde

        kde = gaussian_kde(y.T, bw_method=h)
        print(f"scipy gaussian_kde, n = {n}, d = {d}, {queries} queries: {best_of(lambda: kde.logpdf(x.T))}")
    except ImportError:
        print("scipy: not installed (python3-scipy)")
