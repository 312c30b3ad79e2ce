"""Fits a softmax regression by stochastic gradient descent, with nothing but the standard library."""

import csv
import json
import math
import random

from params import load_params

CLASSES = 10
params = load_params()["train"]

images, labels = [], []
with open("build/features/train.csv") as file:
    for row in csv.reader(file):
        images.append([float(x) for x in row[:-1]] + [1.0])  # the last weight is the bias
        labels.append(int(row[-1]))

weights = [[0.0] * len(images[0]) for _ in range(CLASSES)]
order = list(range(len(images)))
shuffle = random.Random(params["seed"]).shuffle
rate = params["learning_rate"]


def probabilities(image: list[float]) -> list[float]:
    scores = [sum(map(float.__mul__, w, image)) for w in weights]
    top = max(scores)
    exps = [math.exp(s - top) for s in scores]
    total = sum(exps)
    return [e / total for e in exps]


with open("build/learning.csv", "w") as curve:
    curve.write("epoch,loss\n")
    for epoch in range(1, params["epochs"] + 1):
        shuffle(order)
        loss = 0.0
        for i in order:
            image, label = images[i], labels[i]
            guess = probabilities(image)
            loss -= math.log(max(guess[label], 1e-12))
            for c in range(CLASSES):
                step = rate * (guess[c] - (c == label))
                if abs(step) > 1e-4:
                    weights[c] = [w - step * x for w, x in zip(weights[c], image)]
        rate *= params["decay"]
        curve.write(f"{epoch},{loss / len(order):.6f}\n")
        print(f"epoch {epoch}: loss {loss / len(order):.4f}", flush=True)

with open("build/model.json", "w") as file:
    json.dump([[round(w, 6) for w in row] for row in weights], file)
