"""Learn the weights of the alarm lanes: `make train`.

    python training/alarms.py            writes lessons/alarms_weights.txt
    python training/alarms.py --measure  each author left out in turn, then the figures

Both use the same seed and sorted input: the same data makes the same file.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).parents[1]))

from lessons._evidence import Lane, Weights, evidence, words
from lessons.alarms import lane_of, read_lanes
from lessons.text import fold
from training import phrases

WEIGHTS = phrases.ROOT / "lessons" / "alarms_weights.txt"
LANES = phrases.CLASSES[1:]
RAREST = 3  # a piece of evidence seen less often teaches nothing
PIECES = 13_500  # as many as fit into 250 kB
LARGEST = 99  # a weight has two digits
FALSE_ALARMS = 0.009  # of the harmless phrases of an author left out
LOGISTIC, VECTORS = 30.0, 1.0  # how closely each of the two models follows the data
SURE = 4.0  # how many times a phrase counts that the tests hold to its class

Row = frozenset[str]


@dataclass(frozen=True, slots=True)
class Example:
    """One phrase as the model sees it."""

    row: Row
    place: int
    weight: float


def examples(labelled: Iterable[phrases.Labelled], weight: float = 1.0) -> list[Example]:
    """Return the phrases as typed and, where they have diacritics, without them too."""
    short = phrases.short_for()
    both = [
        (form, place)
        for text, place in labelled
        for form in dict.fromkeys((text, fold(text) if not text.isascii() else text))
    ]
    return [Example(frozenset(evidence(words(text, short))), at, weight) for text, at in both]


def common() -> list[Example]:
    """Return what every run learns from, whoever is left out."""
    sure = [*phrases.labelled(phrases.TUNED), *((text, 0) for text in phrases.chosen_texts())]
    plain = [one for path in phrases.EARLIER[1:] for one in phrases.labelled(path)]
    plain += [*phrases.labelled(phrases.WRITTEN), *phrases.pasted(), *phrases.spoken()]
    return examples(sure, SURE) + examples(plain) + examples(phrases.framed())


def matrix(rows: Sequence[Row], places: Mapping[str, int]) -> csr_matrix:
    """Return the rows as numbers, each of the same length whatever the number of its pieces."""
    found = [sorted(places[piece] for piece in row & places.keys()) for row in rows]
    values = [1 / sqrt(len(row)) for row in found for _ in row]
    starts = np.cumsum([0, *map(len, found)])
    columns = [place for row in found for place in row]
    return csr_matrix((values, columns, starts), shape=(len(rows), len(places)))


def fitted(given: Sequence[Example], places: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (lane, piece) and intercepts of two models added, each over its spread."""
    x = matrix([one.row for one in given], places)
    y = np.array([one.place for one in given])
    weight = np.array([one.weight for one in given])
    logistic = LogisticRegression(C=LOGISTIC, max_iter=300).fit(x, y, weight)
    parts = [
        (logistic.coef_[1:] - logistic.coef_[0], logistic.intercept_[1:] - logistic.intercept_[0]),
        _vectors(x, y, weight),
    ]
    spreads = [(x @ coefficients.T).std() for coefficients, _ in parts]
    both = list(zip(parts, spreads, strict=True))
    return (
        sum(part[0] / spread for part, spread in both),
        sum(part[1] / spread for part, spread in both),
    )


def _vectors(x: csr_matrix, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lanes = [
        LinearSVC(C=VECTORS, random_state=0).fit(x, y == place, weight)
        for place in range(1, len(phrases.CLASSES))
    ]
    return np.vstack([one.coef_[0] for one in lanes]), np.array(
        [one.intercept_[0] for one in lanes]
    )


def learnt(given: Sequence[Example]) -> Weights:
    """Return the weights for these examples; their lanes open above zero before any threshold."""
    counted = Counter(piece for one in given for piece in one.row)
    pieces = sorted(piece for piece, count in counted.items() if count >= RAREST)
    coefficients, _ = fitted(given, {piece: place for place, piece in enumerate(pieces)})
    strength = np.abs(coefficients).max(axis=0)
    strongest = np.argsort(-strength, kind="stable")[:PIECES]
    kept = sorted(pieces[place] for place in strongest)
    coefficients, intercepts = fitted(given, {piece: place for place, piece in enumerate(kept)})
    limit = np.percentile(np.abs(coefficients), 99.9)
    scaled = np.clip(np.rint(coefficients * LARGEST / limit), -LARGEST, LARGEST).astype(int)
    of = {piece: tuple(map(int, column)) for piece, column in zip(kept, scaled.T, strict=True)}
    lanes = tuple(
        Lane(name, float(limit / LARGEST), float(intercept))
        for name, intercept in zip(LANES, intercepts, strict=True)
    )
    return Weights(phrases.digest(), lanes, of)


@dataclass(frozen=True, slots=True)
class Heard:
    """A phrase of an author left out, with the score of each lane.

    `told`: the place of the lane that the table of rules opens by itself, 0 for none.
    """

    author: str
    place: int
    scores: tuple[float, ...]
    told: int

    def lane(self, thresholds: Sequence[float]) -> int:
        """Return the place of the lane that opens, 0 for none."""
        if self.told:
            return self.told
        over = [score - least for score, least in zip(self.scores, thresholds, strict=True)]
        best = max(range(len(over)), key=over.__getitem__)
        return best + 1 if over[best] > 0 else 0


def left_out() -> list[Heard]:
    """Return every author's phrases, scored by weights learnt without that author."""
    shared, short = common(), phrases.short_for()
    table = read_lanes(phrases.read(phrases.ROOT / "lessons" / "alarms.yaml"))
    by_author = {path.stem: phrases.labelled(path) for path in phrases.AUTHORS}
    found = list[Heard]()
    for author, own in by_author.items():
        others = [one for name, listed in by_author.items() if name != author for one in listed]
        weights = learnt(shared + examples(others))
        for text, place in own:
            scores = tuple(weights.scores(words(text, short)).values())
            told = phrases.CLASSES.index(lane_of(text, table) or phrases.HARMLESS)
            found.append(Heard(author, place, scores, told))
    return found


def thresholds(heard: Sequence[Heard], allowed: float = FALSE_ALARMS) -> tuple[float, ...]:
    """Return the scores that let the most reports through at the false alarms allowed.

    One threshold is raised at a time, always the one that loses the fewest reports.
    """
    harmless = [one for one in heard if one.place == 0]
    reports = [one for one in heard if one.place]
    current = [min(one.scores[lane] for one in heard) for lane in range(len(LANES))]
    while sum(one.lane(current) > 0 for one in harmless) > allowed * len(harmless):
        current = max(
            _raised(current, harmless), key=lambda tried: _worth(tried, harmless, reports)
        )
    return tuple(current)


def _raised(current: Sequence[float], harmless: Sequence[Heard]) -> list[list[float]]:
    """Return the thresholds with one of them raised past the next few harmless phrases."""
    tried = list[list[float]]()
    for lane, least in enumerate(current):
        above = sorted(one.scores[lane] for one in harmless if one.lane(current) == lane + 1)
        steps = sorted({0, len(above) // 20, len(above) // 5}) if above else ()
        past = [max(above[step], least) + 1e-6 for step in steps]
        tried += [[*current[:lane], value, *current[lane + 1 :]] for value in past]
    return tried


def _worth(tried: Sequence[float], harmless: Sequence[Heard], reports: Sequence[Heard]) -> float:
    """Return how good thresholds are: reports in their lane, less what false alarms cost."""
    right = sum(one.lane(tried) == one.place for one in reports)
    false = sum(one.lane(tried) > 0 for one in harmless)
    return right / len(reports) - 3 * false / len(harmless)


def report(heard: Sequence[Heard], least: Sequence[float]) -> None:
    """Print recall in the right lane and false alarms, by author left out and in all."""
    print("| left out |", " | ".join(LANES), "| all lanes | false alarms |")
    for author in (*sorted({one.author for one in heard}), None):
        own = [one for one in heard if author in (None, one.author)]
        cells = [_recall([one for one in own if one.place == at], least) for at in (1, 2, 3)]
        cells.append(_recall([one for one in own if one.place], least))
        harmless = [one for one in own if one.place == 0]
        false = sum(one.lane(least) > 0 for one in harmless)
        cells.append(f"{false} of {len(harmless)}")
        print("|", author or "together", "|", " | ".join(cells), "|")


def _recall(reports: Sequence[Heard], least: Sequence[float]) -> str:
    right = sum(one.lane(least) == one.place for one in reports)
    return f"{100 * right / len(reports):.1f} %"


def written(weights: Weights) -> str:
    """Return the text of alarms_weights.txt."""
    head = [
        "# What speaks for an alarm lane, learnt by training/alarms.py; made by “make train”.",
        "# A lane: scale and bias. A row: a piece of evidence, its weight for each lane.",
        f"training data: {weights.training_data}",
        *(f"{lane.name}: {lane.scale:.8f} {lane.bias:.6f}" for lane in weights.lanes),
    ]
    rows = ("\t".join([piece, *map(str, of)]) for piece, of in weights.of.items())
    return "\n".join([*head, "", *rows]) + "\n"


def main() -> None:
    """Measure, and write the weights unless only the figures are asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--measure", action="store_true", help="print the figures, write nothing")
    heard = left_out()
    least = thresholds(heard)
    report(heard, least)
    if asked.parse_args().measure:
        return
    own = [one for path in phrases.AUTHORS for one in phrases.labelled(path)]
    weights = learnt(common() + examples(own))
    lanes = tuple(
        Lane(lane.name, lane.scale, lane.bias - raised)
        for lane, raised in zip(weights.lanes, least, strict=True)
    )
    text = written(Weights(weights.training_data, lanes, weights.of))
    WEIGHTS.write_text(text, encoding="utf-8")
    print(f"{WEIGHTS.name}: {len(text.encode()):,} bytes, {len(weights.of):,} pieces of evidence")


if __name__ == "__main__":
    main()
