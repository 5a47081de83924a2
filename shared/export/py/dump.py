"""Writes a fitted KMeans of scikit-learn, or a Pipeline that ends with one, as JSON for Centroid.

from dump_kmeans import dump
dump(model, "model.json")                        # fitted on a DataFrame
dump(model, "model.json", columns=["x", "y"])    # fitted on an array: say what its columns are called
"""
import json

import numpy as np
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler


def dump(model, path, columns=None, name="scikit-learn k-means"):
    """Writes the file, or raises a ValueError that names what Centroid has no equal of."""
    steps = [s for _, s in model.steps] if isinstance(model, Pipeline) else [model]
    *before, last = steps
    if not isinstance(last, (KMeans, MiniBatchKMeans)) or isinstance(last, BisectingKMeans):
        raise ValueError(f"{type(last).__name__} is not supported: want KMeans or MiniBatchKMeans.")
    if columns is None:
        columns = getattr(model, "feature_names_in_", None)
    if columns is None:
        raise ValueError("The model was fitted without column names: give columns=[...].")
    columns = [str(c) for c in columns]
    prepared = [{"name": c, "offset": 0.0, "factor": 1.0, "fill": None, "usual": ""} for c in columns]
    unit = False
    for step in before:
        if unit:
            raise ValueError(f"{type(step).__name__} after a Normalizer is not supported.")
        if isinstance(step, Normalizer) and step.norm == "l2":
            unit = True
        elif isinstance(step, ColumnTransformer):
            if step is not before[0]:
                raise ValueError("A ColumnTransformer is supported as the first step.")
            prepared = _split(step, prepared)
        else:
            _apply(step, prepared)
    filled = [c["fill"] is not None or c["usual"] != "" for c in prepared]
    if any(filled) and not all(filled):
        raise ValueError("Only some columns fill missing values in: give each a SimpleImputer, or none.")
    for c in prepared:
        c["fill"] = 0.0 if c["fill"] is None else c["fill"]
    with open(path, "w", encoding="utf-8") as f:
        json.dump({
            "writer": "centroid-sklearn", "version": 1, "name": name,
            "missing": "mean" if any(filled) else "drop", "scale": "standard", "unit": unit, "columns": prepared,
            "centers": last.cluster_centers_.astype(float).tolist(), "passes": int(last.n_iter_), "inertia": float(last.inertia_),
        }, f, allow_nan=False)


def _split(transformer, given):
    """Takes the columns through the branches of a ColumnTransformer, in the order of its output."""
    out = []
    names = [c["name"] for c in given]
    for _, branch, which in transformer.transformers_:
        if isinstance(branch, str) and branch == "drop":
            continue
        if np.ndim(which) == 0 and not isinstance(which, slice):
            which = [which]
        if isinstance(which, slice) or not all(isinstance(w, (str, int, np.integer)) for w in which):
            which = np.arange(len(names))[which]
        some = [given[names.index(w)] if isinstance(w, str) else given[w] for w in which]
        if any(c in out for c in some):
            raise ValueError("A column that goes into two branches of a ColumnTransformer is not supported.")
        for step in [s for _, s in branch.steps] if isinstance(branch, Pipeline) else [branch]:
            _apply(step, some)
        out += some
    return out


def _apply(step, columns):
    """Puts a transformer into the preparation of its columns."""
    if isinstance(step, str) and step == "passthrough" or getattr(step, "func", 0) is None:
        return
    if any("levels" in c for c in columns):
        raise ValueError(f"{type(step).__name__} after a OneHotEncoder is not supported.")
    if isinstance(step, SimpleImputer) and not step.add_indicator:
        for c, v in zip(columns, step.statistics_, strict=True):
            if isinstance(v, str):
                c["usual"] = v
            else:
                c["fill"] = float(v) * c["factor"] + c["offset"]
    elif isinstance(step, StandardScaler):
        for i, c in enumerate(columns):
            c["offset"] += c["factor"] * (float(step.mean_[i]) if step.with_mean else 0.0)
            c["factor"] *= float(step.scale_[i]) if step.with_std else 1.0
    elif isinstance(step, MinMaxScaler) and not step.clip:
        for i, c in enumerate(columns):
            c["offset"] += c["factor"] * float(-step.min_[i] / step.scale_[i])
            c["factor"] /= float(step.scale_[i])
    elif isinstance(step, OneHotEncoder) and step.drop is None and step.handle_unknown == "ignore" and step.min_frequency is None and step.max_categories is None:
        for c, levels in zip(columns, step.categories_, strict=True):
            if not all(isinstance(l, str) and l for l in levels):
                raise ValueError(f"The levels of {c['name']} are not texts: convert the column to str first.")
            c["levels"] = list(levels)
            c["offset"] = c["factor"] = 0.0
    else:
        raise ValueError(f"{step} is not supported: want SimpleImputer, StandardScaler, MinMaxScaler without clip, OneHotEncoder with handle_unknown='ignore', Normalizer, ColumnTransformer.")
