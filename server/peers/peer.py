"""One peer, in a process of its own: a library of k-means behind three calls.

    python peer.py NAME x.npy

loads the rows and answers each line of JSON on standard input with one:
{"call": "train", "init": path, "passes": 20, "out": path}   from given centroids, no tolerance
{"call": "settle", "k": 100, "seed": 0, "out": path}         k-means++ and tolerance 1e-4, one start
{"call": "predict", "init": path, "reps": 5}                 all rows, and one at a time
Libraries take their threads from the environment and the processors they may use.
"""
import json
import os
import sys
import time
import traceback

import numpy as np

from data import pieces

MANY = 10_000_000  # rows that a library may use of each cluster: all of them


class Sklearn:
    def __init__(self):
        from sklearn.cluster import KMeans

        self.KMeans = KMeans

    def train(self, x, init, passes):
        return self.fit(x, n_clusters=len(init), init=init, tol=0, max_iter=passes)

    def settle(self, x, k, seed):
        return self.fit(x, n_clusters=k, init="k-means++", tol=1e-4, max_iter=300, random_state=seed)

    def fit(self, x, **settings):
        self.model = self.KMeans(n_init=1, algorithm="lloyd", **settings).fit(x)
        return self.model.cluster_centers_, int(self.model.n_iter_)

    def predictor(self, x, init):
        centroids, _ = self.train(x, init, 1)
        return centroids, self.model.predict


class Sklearnex(Sklearn):
    def __init__(self):
        from sklearnex.cluster import KMeans

        self.KMeans = KMeans

    def fit(self, x, **settings):
        outcome = super().fit(x, **settings)
        if not hasattr(self.model, "_onedal_estimator"):
            raise RuntimeError("scikit-learn-intelex left the work to scikit-learn")
        return outcome


class Faiss:
    def __init__(self):
        import faiss

        self.faiss = faiss
        faiss.omp_set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

    def train(self, x, init, passes):
        # Above 256 rows a cluster it would take a sample.
        m = self.faiss.Kmeans(x.shape[1], len(init), niter=passes, max_points_per_centroid=MANY, min_points_per_centroid=1)
        m.train(x, init_centroids=init)
        return m.centroids, len(m.obj)

    def predictor(self, x, init):
        index = self.faiss.IndexFlatL2(x.shape[1])
        index.add(init)
        return init, lambda rows: index.search(rows, 1)[1][:, 0]


class SuperKMeans:
    def __init__(self):
        from superkmeans import SuperKMeans

        self.new = SuperKMeans

    def train(self, x, init, passes):
        # Exact: no hierarchy, no sample, no early stop. It takes no first centroids.
        m = self.new(n_clusters=len(init), dimensionality=x.shape[1], iters=passes, hierarchical=False, sampling_fraction=1.0,
                     max_points_per_cluster=MANY, n_threads=int(os.environ["OMP_NUM_THREADS"]), tol=0.0, early_termination=False)
        return np.asarray(m.train(x), np.float32).reshape(len(init), -1), passes


PEERS = {"scikit-learn": Sklearn, "scikit-learn-intelex": Sklearnex, "FAISS": Faiss, "FAISS tuned": Faiss, "SuperKMeans": SuperKMeans}


def timed(call, *args):
    begin = time.perf_counter()
    out = call(*args)
    return time.perf_counter() - begin, out


def predict(peer, x, init, reps):
    centroids, label = peer.predictor(x, init)
    labels = label(x)
    seconds = [timed(label, x)[0] for _ in range(reps)]
    one = [timed(label, x[i : i + 1])[0] for i in range(min(len(x), 300))]
    done, cost = 0, 0.0
    for piece in pieces(x, 1):
        cost += float(((piece.astype(np.float64) - centroids[labels[done : done + len(piece)]]) ** 2).sum())
        done += len(piece)
    return {"seconds": seconds, "row_ns": 1e9 * float(np.median(one)), "inertia": cost, "centroids": np.asarray(centroids)}


def answer(peer, x, q):
    if q["call"] == "predict":
        out = predict(peer, x, np.load(q["init"]), q["reps"])
    elif q["call"] == "settle":
        seconds, (centroids, passes) = timed(peer.settle, x, q["k"], q["seed"])
        out = {"seconds": [seconds], "iterations": passes, "centroids": centroids}
    else:
        init = np.load(q["init"])
        seconds, (centroids, passes) = timed(peer.train, x, init, q["passes"])
        out = {"seconds": [seconds], "iterations": passes, "centroids": centroids}
    np.save(q["out"], np.ascontiguousarray(out.pop("centroids"), np.float32))
    return out


def main(name, data):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    peer, x = PEERS[name](), np.load(data)
    few = np.ascontiguousarray(x[:2000])
    peer.train(few, few[: min(64, len(few))], 2)  # threads start, code is loaded
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        try:
            out = answer(peer, x, json.loads(line))
        except Exception as e:  # the other peers go on; the table tells
            traceback.print_exc()
            out = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(out), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
