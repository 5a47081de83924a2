"""Computes what scipy_test.go compares, with NumPy, SciPy and scikit-learn, and prints it as JSON.

    python scipy.py ../../../web/sample/iris.csv > scipy.json

Sheather and Jones' bandwidth is computed here as R's bw.SJ does. What SciPy loses
by rounding far from zero it is spared: shift is taken from the values first.
"""
import base64
import csv
import json
import sys

sys.path.pop(0)  # this file must not be taken for the package it uses
import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, StandardScaler

rng = np.random.Generator(np.random.PCG64(5))


def packed(x):
    return base64.b64encode(np.asarray(x, "<f8").tobytes()).decode()


def sheather_jones(x, nb=1000):
    n = len(x)
    d = (x.max() - x.min()) * 1.01 / nb
    bins = np.bincount(np.minimum(((x - x.min()) / d).astype(int), nb - 1), minlength=nb).astype(float)
    cnt = np.array([(bins[: nb - k] * bins[k:]).sum() for k in range(nb)])
    cnt[0] = (bins * (bins - 1)).sum() / 2
    z = np.arange(nb) * d

    def phi(h, power, own, hermite):
        t = (z / h) ** 2
        keep = t < 1000
        s = (np.exp(-t[keep] / 2) * hermite(t[keep]) * cnt[keep]).sum()
        return (2 * s + n * own) / (n * (n - 1) * h**power * np.sqrt(2 * np.pi))

    phi4 = lambda h: phi(h, 5, 3, lambda t: t * t - 6 * t + 3)
    phi6 = lambda h: phi(h, 7, -15, lambda t: t**3 - 15 * t * t + 45 * t - 15)
    iqr = np.subtract(*np.percentile(x, [75, 25]))
    scale = min(x.std(ddof=1), iqr / 1.349)
    a, b = 1.24 * scale * n ** (-1 / 7), 1.23 * scale * n ** (-1 / 9)
    alpha = 1.357 * (phi4(a) / -phi6(b)) ** (1 / 7)
    f = lambda h: (1 / (2 * np.sqrt(np.pi) * n) / phi4(alpha * h ** (5 / 7))) ** 0.2 - h
    top = 1.144 * scale * n ** -0.2
    return scipy.optimize.brentq(f, top / 10, top, xtol=1e-15, rtol=1e-14)


def column(name, x, shift=0):
    x = np.asarray(x, float)
    v = x[np.isfinite(x)]
    q1, median, q3 = np.percentile(v, [25, 50, 75])
    reach = 1.5 * (q3 - q1)
    inside = v[(v >= q1 - reach) & (v <= q3 + reach)]
    auto, edges = np.histogram(v, bins="auto")
    if len(auto) > 100:
        auto, edges = np.histogram(v, bins=100)
    seven, seven_edges = np.histogram(v, bins=7)
    h = 0.9 * min([v.std()] + ([(q3 - q1) / 1.34] if q3 > q1 else [])) * len(v) ** -0.2
    at = np.linspace(v.min() - 3 * h, v.max() + 3 * h, 161)
    return {
        "name": name, "data": packed(x), "count": len(v), "missing": int(np.isnan(x).sum()), "infinite": int(np.isinf(x).sum()),
        "mean": v.mean(), "std": v.std(), "skew": stats.skew(v - shift), "min": v.min(), "q1": q1, "median": median, "q3": q3, "max": v.max(),
        "bins": auto.tolist(), "edges": packed(edges), "seven": seven.tolist(), "sevenEdges": packed(seven_edges),
        "silverman": h, "density": packed(stats.gaussian_kde(v - shift, bw_method=h / v.std(ddof=1))(at - shift)), "sheatherJones": sheather_jones(v),
        "low": inside.min(), "high": inside.max(), "below": int((v < q1 - reach).sum()), "above": int((v > q3 + reach).sum()),
    }


def pairs(x, of):
    p = x.shape[1]
    r, n = [[None] * p for _ in range(p)], [[0] * p for _ in range(p)]
    for i in range(p):
        for j in range(p):
            both = np.isfinite(x[:, i]) & np.isfinite(x[:, j])
            n[i][j] = int(both.sum())
            a, b = x[both, i], x[both, j]
            if len(a) > 1 and a.min() < a.max() and b.min() < b.max():
                r[i][j] = 1.0 if i == j else float(of(a, b)[0])
    return {"r": r, "rows": n}


def pca(x, scale):
    x = x[np.isfinite(x).all(axis=1)]
    if scale == "standard":
        x = StandardScaler().fit_transform(x)
    elif scale == "minmax":
        x = MinMaxScaler().fit_transform(x)
    m = PCA(svd_solver="full").fit(x)
    return {"scale": scale, "rows": len(x), "variance": m.explained_variance_.tolist(), "share": m.explained_variance_ratio_.tolist(),
            "loadings": packed(m.components_), "points": packed(m.transform(x)[:50])}


def table(name, x):
    x = np.asarray(x, float)
    return {"name": name, "columns": x.shape[1], "data": packed(x.T), "pearson": pairs(x, stats.pearsonr), "spearman": pairs(x, stats.spearmanr),
            "pca": [pca(x, s) for s in ("standard", "minmax", "none")]}


def main():
    with open(sys.argv[1]) as f:
        iris = np.array([[float(v) for v in line[:4]] for line in list(csv.reader(f))[1:]])
    gaps = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 4)) + [1, 1e6, -5, 0]
    gaps[rng.random(gaps.shape) < 0.2] = np.nan
    gaps[7, 2] = np.inf
    ties = rng.integers(0, 5, size=(200, 3)).astype(float)
    ties = np.c_[ties, np.exp(3 * rng.normal(size=200))]
    columns = [column(f"iris {i}", iris[:, i]) for i in range(4)]
    columns += [
        column("normal", rng.normal(3, 2, size=1000)), column("two humps", np.r_[rng.normal(0, 1, 700), rng.normal(8, 0.5, 300)]),
        column("skewed", np.exp(rng.normal(0, 1, size=800))), column("far from zero", rng.normal(1e6, 1, size=500), 1e6),
        column("gaps", np.where(rng.random(400) < 0.3, np.nan, rng.normal(size=400))), column("infinite", np.r_[rng.normal(size=99), np.inf, -np.inf]),
        column("many", rng.gamma(2, size=20000)),
    ]
    json.dump({"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__, "columns": columns,
               "tables": [table("iris", iris), table("gaps", gaps), table("ties", ties)]}, sys.stdout, indent=1)
    print()


main()
