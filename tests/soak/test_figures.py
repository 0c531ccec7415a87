"""The yardstick of figures at a small size: what `make soak` measures is measured, and exact."""

import runpy
from pathlib import Path
from types import SimpleNamespace

BENCH = Path(__file__).parents[2] / "bench" / "figures.py"
figures = SimpleNamespace(**runpy.run_path(str(BENCH)))


def test_a_small_made_up_ward_is_measured_and_counted_to_the_last_digit() -> None:
    found = figures.run(people=400, seed=3)

    assert found.is_sound
    assert found.events > 3000
    assert found.slot_rows > 1000
    assert set(found.took) > {"first build", "1,000 more", *figures.READ, *figures.BEHIND}


def test_the_same_seed_makes_the_same_lives_and_another_one_others() -> None:
    lives = [
        list(figures.life(figures.random.Random(seed), 7, ("TB-01", "AT-35"))) for seed in (1, 1, 2)
    ]

    assert lives[0] == lives[1] != lives[2]
