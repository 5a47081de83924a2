"""Computes drift as its definition says, with NumPy: the measure for shared/drift."""
import csv, json, sys
import numpy as np

model, train, rows = json.load(open(sys.argv[1])), *(list(csv.DictReader(open(p))) for p in sys.argv[2:4])
out = {"columns": [], "psi": []}
near = json.load(open(sys.argv[4]))  # per table: labels, distances

def psi(p, q):
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))

def shares(table, i, col):
    texts = [r[model["inputs"][i]["name"]] for r in table]
    missing = sum(t == "" for t in texts)
    if model["inputs"][i]["kind"] == "number":
        x = np.array([float(t) for t in texts if t])
        counts = np.bincount(np.searchsorted(col["edges"], x, side="right"), minlength=len(col["edges"]) + 1)
        return np.array([*counts, missing, 0]) / len(table)
    levels = model["inputs"][i]["levels"]
    named = [levels[l] for l in col["levels"]]
    counts = [sum(t == l for t in texts) for l in named]
    others = sum(t in levels and t not in named for t in texts)
    return np.array([*counts, others, missing, sum(t != "" and t not in levels for t in texts)]) / len(table)

for i, col in enumerate(model["profile"]["columns"]):
    out["psi"].append(psi(shares(train, i, col), shares(rows, i, col)))
k = len(model["clusters"])
part = [np.bincount(np.array(n["labels"], dtype=int), minlength=k) for n in near]
out["clusters"] = psi(part[0] / part[0].sum(), part[1] / part[1].sum())
labels, dist = (np.array(near[0][f]) for f in ("labels", "distances"))
at = [0.5, 0.9, 0.95, 0.99, 0.999, 1]
out["quantiles"] = [np.quantile(dist[labels == j], at, method="inverted_cdf").tolist() for j in range(k)]
radius = np.array([q[3] for q in out["quantiles"]])
out["outside"] = float(np.mean(np.array(near[1]["distances"]) > radius[np.array(near[1]["labels"], dtype=int)]))
json.dump(out, sys.stdout)
