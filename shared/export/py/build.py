"""Builds the fitted scikit-learn Pipeline of a k-means model from model.json.

import centroid_model
labels = centroid_model.pipeline.predict(frame)  # a pandas DataFrame with the model's columns
distances = centroid_model.pipeline.transform(frame)
"""
import json
import os

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder, StandardScaler


def load(path=None):
    """Reads a model's file; by default model.json beside this script."""
    with open(path or os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.json"), encoding="utf-8") as f:
        return json.load(f)


def build(m):
    """Gives the Pipeline of a model."""
    if m.get("writer") != "centroid-sklearn" or m.get("version") != 1:
        raise ValueError("This is not a scikit-learn JSON file of version 1.")
    columns, fill = m["columns"], m["missing"] != "drop"

    def tidy(frame):
        """Takes the model's columns, in its order; missing texts become NaN. Without a value to fill in, they are refused."""
        lacking = [c["name"] for c in columns if c["name"] not in frame.columns]
        if lacking:
            raise ValueError(f"The columns {lacking} are not there.")
        frame = frame[[c["name"] for c in columns]].copy()
        for c in columns:
            if "levels" in c:
                v = frame[c["name"]].astype(object)
                frame[c["name"]] = v.where(v.notna() & (v != ""), np.nan)
            else:
                frame[c["name"]] = frame[c["name"]].astype(np.float64)
            if not fill and frame[c["name"]].isna().any():
                raise ValueError(f"{c['name']} has missing values, which this model leaves out: drop these rows.")
        return frame

    def steps(c):
        # A usual level that is not known is "", an unknown level.
        filled = SimpleImputer(strategy="constant", fill_value=c["usual"] if "levels" in c else c["fill"], keep_empty_features=True)
        last = StandardScaler()
        if "levels" in c:
            last = OneHotEncoder(categories=[np.array(c["levels"], dtype=object)], handle_unknown="ignore", sparse_output=False)
        log = [("log", FunctionTransformer(signed_log))] if c.get("log") else []
        return Pipeline(([("fill", filled)] if fill else []) + log + [("last", last)])

    # Fitted to one row, so that all has its form; then the numbers of the training are put in.
    prepare = ColumnTransformer([(f"column {i}", steps(c), [i]) for i, c in enumerate(columns)], sparse_threshold=0)
    row = {c["name"]: pd.Series([c["levels"][0]], dtype=object) if "levels" in c else pd.Series([c["offset"]]) for c in columns}
    prepare.fit(pd.DataFrame(row))
    for i, c in enumerate(columns):
        if "levels" not in c:
            scale = prepare.named_transformers_[f"column {i}"]["last"]
            scale.mean_, scale.scale_ = np.array([c["offset"]]), np.array([c["factor"]])
            scale.var_ = scale.scale_**2

    # The model was trained on float32, added up in float64.
    stages = [("columns", FunctionTransformer(tidy)), ("prepare", prepare), ("round", FunctionTransformer(rounded))]
    if m["unit"]:
        stages += [("unit", Normalizer()), ("round again", FunctionTransformer(rounded))]
    centers = np.array(m["centers"], dtype=np.float64)
    kmeans = KMeans(n_clusters=len(centers), n_init=1)
    kmeans.cluster_centers_, kmeans.n_features_in_ = centers, centers.shape[1]
    kmeans._n_threads, kmeans.n_iter_, kmeans.inertia_ = 1, m["passes"], m["inertia"]
    return Pipeline(stages + [("kmeans", kmeans)])


def signed_log(x):
    return np.sign(x) * np.log1p(np.abs(x))


def rounded(x):
    return np.asarray(x).astype(np.float32).astype(np.float64)


model = load()
pipeline = build(model)
