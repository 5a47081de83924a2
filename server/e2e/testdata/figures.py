"""Trains with scikit-learn what figures_train_test.go trains, and prints the outcome as one line of JSON.

    python figures.py iris.csv ROW ROW ROW       from those rows, until no row changes its cluster
"""
import csv
import json
import sys

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler


def fit(x, start):
    return KMeans(len(start), init=start, n_init=1, tol=0, algorithm="lloyd").fit(x)


def iris(path, *rows):
    rows = [int(r) for r in rows]
    with open(path) as f:
        none = np.array([[float(v) for v in line[:4]] for line in list(csv.reader(f))[1:]])
    cases = {}
    for name, wide in {"none": none, "standard": StandardScaler().fit_transform(none)}.items():
        x = wide.astype(np.float32).astype(np.float64)
        cases[name] = {"inertia": float(fit(x, x[rows]).inertia_), "wide": float(fit(wide, wide[rows]).inertia_)}
    return {"sklearn": sklearn.__version__, "cases": cases}


print(json.dumps(iris(*sys.argv[1:])))
