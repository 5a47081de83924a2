"""Times what BenchmarkStats asks, with pandas, NumPy and scikit-learn, on values in memory.

    python peers.py values.f64 ROWS COLUMNS

values.f64 is column by column. Prints the median of three, in milliseconds, as JSON.
"""
import json
import sys
import time

sys.path.pop(0)  # this file must not be taken for the package it uses
import numpy as np
import pandas
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = np.fromfile(path).reshape(columns, rows)
frame = pandas.DataFrame({f"c{i}": x[i] for i in range(columns)})
by_row = np.ascontiguousarray(x.T)


def brush():
    rows = (frame["c0"].to_numpy() >= 0.5) & (frame["c9"].to_numpy() <= 1)
    return [np.histogram(frame[c].to_numpy()[rows], bins=100) for c in frame]


asked = {
    "pandas-describe": frame.describe,
    "numpy-histograms": lambda: [np.histogram(c, bins=50) for c in x],
    "numpy-pearson": lambda: np.corrcoef(x),
    "pandas-spearman": lambda: frame.corr("spearman"),
    "sklearn-pca": lambda: PCA().fit(StandardScaler().fit_transform(by_row)),
    "numpy-brush": brush,
}
took = {}
for name, ask in asked.items():
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        ask()
        times.append(1e3 * (time.perf_counter() - begin))
    took[name] = sorted(times)[1]
json.dump(took, sys.stdout)
