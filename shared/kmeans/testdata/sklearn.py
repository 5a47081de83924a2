"""Trains with scikit-learn what sklearn_test.go trains, and prints the outcome as JSON.

    python sklearn.py ../../../web/sample/iris.csv > sklearn.json

Rows are float32 values, given to scikit-learn as float64: the same numbers that
Centroid has. "wide" is the inertia of the same data before rounding to float32.
"""
import base64
import csv
import json
import sys

sys.path.pop(0)  # this file must not be taken for the package it uses
import numpy as np
import sklearn
from sklearn.cluster import KMeans


def fit(x, start, tol, passes=300):
    return KMeans(len(start), init=start, n_init=1, tol=tol, max_iter=passes, algorithm="lloyd").fit(x)


def case(name, wide, start, tol, passes=300):
    rows = wide.astype(np.float32)
    x = rows.astype(np.float64)
    first = start(x)
    m, w = fit(x, first, tol, passes), fit(wide, start(wide), tol, passes)
    return {
        "name": name, "rows": len(x), "dim": x.shape[1], "k": len(first), "tolerance": tol, "maxIterations": passes,
        "data": base64.b64encode(rows.astype("<f4").tobytes()).decode(),
        "start": first.tolist(), "centroids": m.cluster_centers_.tolist(), "inertia": float(m.inertia_),
        "passes": int(m.n_iter_), "sizes": np.bincount(m.labels_, minlength=len(first)).tolist(), "wide": float(w.inertia_),
    }


def main():
    with open(sys.argv[1]) as f:
        iris = np.array([[float(v) for v in line[:4]] for line in list(csv.reader(f))[1:]])
    scaled = (iris - iris.mean(0)) / iris.std(0)
    rng = np.random.Generator(np.random.PCG64(7))
    mixture = rng.standard_normal((400, 5)) + rng.standard_normal((8, 5))[rng.integers(8, size=400)] * 2
    three = lambda x: x[[0, 60, 120]]
    eight = lambda x: x[:8]
    far = lambda x: np.concatenate([x[[0, 60]], x[[0, 60]] + 1000])  # two clusters get no row at first
    cases = [
        case("iris", iris, three, 0),
        case("iris, standardised", scaled, three, 0),
        case("iris, tolerance", iris, three, 1e-4),
        case("iris, standardised, tolerance", scaled, three, 1e-4),
        case("iris, stopped early", iris, three, 0, 2),
        case("mixture", mixture, eight, 0),
        case("mixture, tolerance", mixture, eight, 1e-2),
        case("mixture + 10000", mixture + 1e4, eight, 0),
        case("empty clusters", mixture, far, 0),
    ]
    json.dump({"sklearn": sklearn.__version__, "numpy": np.__version__, "cases": cases}, sys.stdout, indent=1)
    print()


main()
