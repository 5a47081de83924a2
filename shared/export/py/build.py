"""Builds the fitted scikit-learn Pipeline of a k-means model from model.json.

import centroid_model
labels = centroid_model.pipeline.predict(frame)  # a pandas DataFrame with the model's columns
distances = centroid_model.pipeline.transform(frame)
"""
import json
import os

import numpy as np
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder, StandardScaler


def build(path=None):
    """Gives the Pipeline of the model in a file; by default of model.json beside this script."""
    with open(path or os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.json"), encoding="utf-8") as f:
        m = json.load(f)
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

    def number(c):
        scale = StandardScaler()
        scale.mean_, scale.scale_ = np.array([c["offset"]]), np.array([c["factor"]])
        scale.var_, scale.n_features_in_, scale.n_samples_seen_ = scale.scale_**2, 1, 1
        return impute(c["fill"], np.float64, [("scale", scale)])

    def category(c):
        hot = OneHotEncoder(categories=[np.array(c["levels"], dtype=object)], handle_unknown="ignore", sparse_output=False)
        hot.fit(np.array([[c["levels"][0]]], dtype=object))
        return impute(c["usual"], object, [("one-hot", hot)])

    def impute(value, dtype, steps):
        # A usual level that is not known is "", an unknown level.
        filled = SimpleImputer(strategy="constant", fill_value=value, keep_empty_features=True)
        filled.fit(np.array([[value]], dtype=dtype))
        return Pipeline(([("fill", filled)] if fill else []) + steps)

    parts = [(f"column {i}", category(c) if "levels" in c else number(c), [i]) for i, c in enumerate(columns)]
    prepare = ColumnTransformer(parts, sparse_threshold=0)
    # What fit would have learned: it needs rows, which the parts have no use for.
    prepare.transformers_ = prepare.transformers
    prepare.n_features_in_ = len(columns)
    prepare.feature_names_in_ = np.array([c["name"] for c in columns], dtype=object)
    prepare._columns = [[i] for i in range(len(columns))]
    prepare._transformer_to_input_indices = {p[0]: p[2] for p in parts}
    prepare.sparse_output_, prepare._remainder = False, ("remainder", "drop", [])
    prepare.output_indices_ = {}

    # The model was trained on float32, added up in float64.
    steps = [("columns", FunctionTransformer(tidy)), ("prepare", prepare), ("round", FunctionTransformer(rounded))]
    if m["unit"]:
        steps += [("unit", Normalizer()), ("round again", FunctionTransformer(rounded))]
    centers = np.array(m["centers"], dtype=np.float64)
    kmeans = KMeans(n_clusters=len(centers), n_init=1)
    kmeans.cluster_centers_, kmeans.n_features_in_ = centers, centers.shape[1]
    kmeans._n_threads, kmeans.n_iter_, kmeans.inertia_ = 1, m["passes"], m["inertia"]
    return Pipeline(steps + [("kmeans", kmeans)])


def rounded(x):
    return np.asarray(x).astype(np.float32).astype(np.float64)


pipeline = build()
