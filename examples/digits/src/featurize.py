"""Turns pixels into features: scaled pixels and, when asked for, the ink per row and column."""

import csv
from pathlib import Path

from params import load_params

SIDE = 8
params = load_params()["featurize"]
out = Path("build/features")
out.mkdir(parents=True, exist_ok=True)


def features(pixels: list[float]) -> list[float]:
    values = [p / params["scale"] for p in pixels]
    if params["row_sums"]:
        values += [sum(values[i * SIDE : (i + 1) * SIDE]) / SIDE for i in range(SIDE)]
        values += [sum(values[i : SIDE * SIDE : SIDE]) / SIDE for i in range(SIDE)]
    return values


for name in ("train", "test"):
    with open(f"build/split/{name}.csv") as source, open(out / f"{name}.csv", "w") as target:
        for row in csv.reader(source):
            numbers = features([float(x) for x in row[:-1]])
            target.write(",".join(f"{x:.4f}" for x in numbers) + f",{row[-1]}\n")
