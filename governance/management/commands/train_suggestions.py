"""``manage.py train_suggestions``: train, measure, list, switch the models that suggest.

Without files it trains on what the district has. ``--file`` takes CSV or CSV.GZ with a header; which columns are
title, text and label is told by ``--columns``. Texts are read, never kept; a model file holds no words of them.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casework.learning import measure, model, store, tasks
from casework.learning.features import Sample
from casework.learning.train import CannotTrain, Recipe, counted, cross_validate, fit, score_rows
from casework.models import TrainedModel

NAMES_WEIGHT = 2.0
"""A name of a class counts like two texts; chosen on the hotline figures."""


class Command(BaseCommand):
    help = "Train, measure, list or switch the models that suggest category, unit and demand type."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", nargs="?", help="default: every task; --list names them")
        parser.add_argument("--list", action="store_true", help="versions with their measured quality")
        parser.add_argument("--file", type=Path, action="append", default=[], help="labelled texts besides the district's own")
        parser.add_argument("--only-files", action="store_true", help="leave the district's own texts out")
        parser.add_argument("--columns", default="title,body,label", help="names of the columns title,text,label")
        parser.add_argument("--names", type=Path, help="CSV of class names as first texts: label first, words after it")
        parser.add_argument("--test", type=Path, help="labelled texts to measure the new model on; never trained on")
        parser.add_argument("--cross-validate", type=int, metavar="FOLDS", help="measure by held-out folds, keep nothing")
        parser.add_argument("--no-serve", action="store_true", help="keep the version without putting it into service")
        parser.add_argument("--serve", type=int, metavar="VERSION", help="put this version into service")
        parser.add_argument("--withdraw", action="store_true", help="back to words and rules")

    def handle(self, *args: object, **options: object) -> None:
        if options["list"]:
            self._list()
            return
        chosen = self._chosen(options["task"])
        if options["serve"] or options["withdraw"]:
            self._switch(chosen, options["serve"])
            return
        for task in chosen:
            samples = self._samples(task, options)
            try:
                self._train(task, samples, options)
            except CannotTrain as reason:
                if options["task"]:
                    raise CommandError(str(reason)) from reason
                self.stdout.write(f"{task.code}: {reason}")

    def _chosen(self, code: str | None) -> list[tasks.Task]:
        if code is None:
            return tasks.known()
        task = tasks.find(code)
        if task is None:
            raise CommandError(f"no task {code}; there is: {', '.join(task.code for task in tasks.known())}")
        return [task]

    def _samples(self, task: tasks.Task, options: dict) -> list[Sample]:
        own = [] if options["only_files"] else list(task.gather(None))
        return own + [sample for path in options["file"] for sample in read(path, options["columns"])]

    def _train(self, task: tasks.Task, samples: list[Sample], options: dict) -> None:
        helpers = [*task.helpers(), *(names(options["names"]) if options["names"] else ())]
        recipe = Recipe(facts={"task": task.code, "files": [path.name for path in options["file"]]}, **task.recipe)
        if options["cross_validate"]:
            quality = cross_validate(samples, recipe, helpers=helpers, count=options["cross_validate"], grouped=True)
            self._tell(task.code, quality)
            return
        trained = fit(samples, recipe, helpers=helpers)
        if options["test"]:
            self._tell(f"{task.code} on {options['test'].name}", on(trained, read(options["test"], options["columns"])))
        row = store.keep(task.code, trained, at=timezone.now(), activate=not options["no_serve"])
        self.stdout.write(f"{row}: {row.texts} texts, {row.labels} labels, {row.size // 1024} kB {row.quality}")

    def _tell(self, name: str, quality: measure.Quality) -> None:
        self.stdout.write(
            f"{name}: {quality.samples} texts, accuracy {quality.accuracy:.3f} ({quality.low:.3f}–{quality.high:.3f}), "
            f"macro F1 {quality.macro_f1:.3f}, answered {quality.covered:.3f} with {quality.covered_accuracy:.3f} right, "
            f"calibration error {quality.calibration_error:.3f}"
        )
        for label, (count, f1) in quality.per_label.items():
            self.stdout.write(f"  {label}: {count} texts, F1 {f1:.2f}")

    def _list(self) -> None:
        for row in TrainedModel.objects.all():
            self.stdout.write(f"{'*' if row.is_active else ' '} {row} {row.trained_at:%Y-%m-%d %H:%M} {row.quality}")
        for task in tasks.known():
            self.stdout.write(f"  {task.code}: {task.name}")

    def _switch(self, chosen: list[tasks.Task], version: int | None) -> None:
        if version is None:
            for task in chosen:
                store.withdraw(task.code)
            return
        row = TrainedModel.objects.filter(task=chosen[0].code, version=version).first() if len(chosen) == 1 else None
        if row is None:
            raise CommandError("name the task and one of its versions")
        store.serve(row)


def read(path: Path, columns: str) -> list[Sample]:
    """Labelled texts of a CSV file. Raises CommandError naming what is missing."""
    names = columns.split(",")
    if len(names) != 3 or not path.is_file():
        raise CommandError(f"there is no file {path}" if len(names) == 3 else "--columns names title,text,label")
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in names if name and name not in (rows.fieldnames or [])]
        if missing:
            raise CommandError(f"{path.name} has no column {', '.join(missing)}")
        title, body, label = names
        return [
            Sample({"title": row[title] if title else "", "body": row[body] if body else ""}, row[label])
            for row in rows if row[label]
        ]


def names(path: Path) -> list[Sample]:
    """Each row of a taxonomy as one tiny text of the label in its first column. Raises CommandError."""
    if not path.is_file():
        raise CommandError(f"there is no file {path}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [Sample(dict.fromkeys(("title", "body"), " ".join(words)), label, NAMES_WEIGHT) for label, *words in rows if words]


def on(trained: model.Model, samples: list[Sample]) -> measure.Quality:
    """Quality on texts the model has not seen."""
    scores = score_rows(trained, counted(samples, Recipe(blocks=trained.blocks)))
    best = scores.argmax(axis=1)
    shares = trained.shares(scores)[range(len(samples)), best]
    said = [trained.labels[i] for i in best]
    return measure.judge([sample.label for sample in samples], said, shares, trained.threshold)
