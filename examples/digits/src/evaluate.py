"""Measures the model on the test set."""

import csv
import json

CLASSES = 10
with open("build/model.json") as file:
    weights = json.load(file)

confusion = [[0] * CLASSES for _ in range(CLASSES)]
with open("build/features/test.csv") as file:
    for row in csv.reader(file):
        image = [float(x) for x in row[:-1]] + [1.0]
        scores = [sum(map(float.__mul__, w, image)) for w in weights]
        confusion[int(row[-1])][scores.index(max(scores))] += 1

right = [confusion[c][c] for c in range(CLASSES)]
total = sum(map(sum, confusion))
recall = {str(c): round(right[c] / sum(confusion[c]), 4) for c in range(CLASSES)}
with open("metrics.json", "w") as file:
    json.dump({"accuracy": round(sum(right) / total, 4), "recall": {"worst": min(recall.values())}}, file)
    file.write("\n")
with open("build/confusion.csv", "w") as file:
    file.write("actual,predicted,images\n")
    for actual in range(CLASSES):
        for predicted in range(CLASSES):
            file.write(f"{actual},{predicted},{confusion[actual][predicted]}\n")
print(f"accuracy {sum(right) / total:.4f}")
