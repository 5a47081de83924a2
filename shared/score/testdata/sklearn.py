"""Scores what sklearn_test.go scores, with scikit-learn, and prints the outcome as JSON.

    python sklearn.py ../../../web/sample/iris.csv > sklearn.json

Rows are float32 values, given to scikit-learn as float64: the same numbers that
Centroid has. A score that is not defined is null. The gap statistic is computed
here from its definition, by all pairs of rows; the knees are those of kneed.
"""
import base64
import csv
import json
import sys
import warnings

sys.path.pop(0)  # this file must not be taken for the package it uses
import numpy as np
import kneed
import sklearn
from sklearn import metrics
from sklearn.cluster import KMeans

rng = np.random.Generator(np.random.PCG64(11))


def packed(x, kind):
    return base64.b64encode(np.asarray(x).astype(kind).tobytes()).decode()


def train(x, k):
    return KMeans(k, n_init=4, random_state=1).fit(x)


def case(name, x, labels, k):
    x = np.asarray(x, np.float32).astype(np.float64)
    labels = np.asarray(labels)

    def of(score):
        try:
            return float(score(x, labels))
        except ValueError:
            return None

    return {
        "name": name, "dim": x.shape[1], "k": k, "data": packed(x, "<f4"), "labels": packed(labels, "<i4"),
        "silhouette": of(metrics.silhouette_score), "calinskiHarabasz": of(metrics.calinski_harabasz_score),
        "daviesBouldin": of(metrics.davies_bouldin_score),
    }


def comparison(name, clusters, labels):
    codes = np.unique(np.asarray(labels), return_inverse=True)[1]
    return {
        "name": name, "clusters": packed(clusters, "<i4"), "labels": packed(codes, "<i4"),
        "ari": float(metrics.adjusted_rand_score(labels, clusters)),
        "nmi": float(metrics.normalized_mutual_info_score(labels, clusters)),
    }


def pooled(x, labels):
    """W of Tibshirani et al.: of each cluster all pairs' squared distances, over twice its rows."""
    w = 0.0
    for j in set(labels.tolist()):
        c = x[labels == j]
        w += ((c[:, None] - c[None]) ** 2).sum() / (2 * len(c))
    return w


def gap(x, most, references):
    x = x.astype(np.float32).astype(np.float64)
    low, high = x.min(0), x.max(0)
    flat = [rng.uniform(low, high, x.shape).astype(np.float32).astype(np.float64) for _ in range(references)]
    steps = []
    for k in range(1, most + 1):
        mine, theirs = train(x, k).labels_, [train(f, k).labels_ for f in flat]
        logs = np.log([pooled(f, l) for f, l in zip(flat, theirs)])
        steps.append({
            "k": k, "labels": packed(mine, "<i4"), "references": [packed(l, "<i4") for l in theirs],
            "gap": float(logs.mean() - np.log(pooled(x, mine))), "error": float(logs.std() * np.sqrt(1 + 1 / references)),
        })
    first = next((a["k"] for a, b in zip(steps, steps[1:]) if a["gap"] >= b["gap"] - b["error"]), 0)
    return {"dim": x.shape[1], "data": packed(x, "<f4"), "references": [packed(f, "<f4") for f in flat], "steps": steps, "k": first}


def knee(k, inertia):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when there is none
        found = kneed.KneeLocator(k, inertia, S=1, curve="convex", direction="decreasing").knee
    return {"k": [int(v) for v in k], "inertia": [float(v) for v in inertia], "knee": 0 if found is None else int(found)}


def main():
    with open(sys.argv[1]) as f:
        lines = list(csv.reader(f))[1:]
    iris, species = np.array([[float(v) for v in line[:4]] for line in lines]), [line[4] for line in lines]
    mixture = rng.standard_normal((400, 5)) + rng.standard_normal((8, 5))[rng.integers(8, size=400)] * 2
    line = np.arange(12.0)[:, None] ** 2
    three, eight = train(iris, 3).labels_, train(mixture, 8).labels_
    blobs = np.array([[0, 0], [9, 0], [0, 9]])[rng.integers(3, size=60)] + rng.standard_normal((60, 2))
    cases = [
        case("iris", iris, three, 3),
        case("iris, two clusters", iris, train(iris, 2).labels_, 2),
        case("mixture", mixture, eight, 8),
        case("mixture + 10000", mixture + 1e4, eight, 8),
        case("mixture, labels by chance", mixture, rng.integers(20, size=400), 20),
        case("an empty cluster", mixture, np.where(eight >= 4, eight + 1, eight), 9),
        case("singletons", mixture, np.where(np.arange(400) < 5, 8 + np.arange(400), eight), 13),
        case("nearly all single", line, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10], 11),
        case("one cluster", mixture, np.zeros(400, int), 3),
        case("k is n", line, np.arange(12), 12),
        case("one row", line[:1], [0], 1),
        case("equal rows in each cluster", np.repeat(line[:3], 4, 0), np.repeat([0, 1, 2], 4), 3),
        case("all rows equal", np.full((6, 2), 0.1), [0, 0, 0, 1, 1, 1], 2),
        case("two means at the same place", [[-1], [1], [-2], [2], [7], [8]], [0, 0, 1, 1, 2, 2], 3),
    ]
    part = rng.integers(6, size=300)
    comparisons = [
        comparison("iris", three, species),
        comparison("the same", part, part),
        comparison("renamed", (part * 5 + 2) % 6, part),
        comparison("some moved", np.where(rng.random(300) < 0.3, rng.integers(6, size=300), part), part),
        comparison("by chance", rng.integers(6, size=300), part),
        comparison("one cluster", np.zeros(300, int), part),
        comparison("one cluster, one class", np.zeros(300, int), np.zeros(300, int)),
        comparison("all singles", np.arange(300), part),
        comparison("all singles, twice", np.arange(300), np.arange(300)),
        comparison("singles in one class", np.arange(300), np.zeros(300, int)),
        comparison("independent", [0, 0, 1, 1], [0, 1, 0, 1]),
        comparison("two rows", [0, 1], [0, 0]),
    ]
    ks = np.arange(1, 13)
    knees = [knee(ks, [train(x, k).inertia_ for k in ks]) for x in (iris, mixture, blobs)]
    knees += [knee(ks, 100 / ks), knee([2, 3, 5, 8, 13, 21], [90, 40, 35, 33, 31, 30]), knee([2, 3, 4], [9, 3, 1]), knee(ks, -ks.astype(float) ** 2)]
    for n in (3, 5, 10, 20):
        for rough in (0, 0.02, 0.1, 0.5):
            for _ in range(4):
                k = np.cumsum(rng.integers(1, 4, size=n))
                knees.append(knee(k, 100 / k ** rng.uniform(0.3, 3) + 100 * rough * rng.random(n)))
    knees = [c for c in knees if c["knee"] != c["k"][0]]  # an end of the curve, which we do not take for a knee
    json.dump({
        "sklearn": sklearn.__version__, "numpy": np.__version__, "kneed": kneed.__version__,
        "cases": cases, "comparisons": comparisons, "gap": gap(blobs, 5, 6), "knees": knees,
    }, sys.stdout, indent=1)
    print()


main()
