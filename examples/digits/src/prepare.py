"""Splits the images into a training and a test set."""

import csv
import gzip
import random
from pathlib import Path

from params import load_params

params = load_params()["prepare"]
with gzip.open("data/digits.csv.gz", "rt") as file:
    rows = list(csv.reader(file))
random.Random(params["seed"]).shuffle(rows)
test_size = int(len(rows) * params["test_share"])

out = Path("build/split")
out.mkdir(parents=True, exist_ok=True)
for name, part in (("test", rows[:test_size]), ("train", rows[test_size:])):
    with open(out / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(part)
    print(f"{name}: {len(part)} images")
