"""The texts the learning figures are measured on, read from the folder of real data; nothing of them is kept."""

from __future__ import annotations

import csv
import gzip
from functools import cache
from pathlib import Path

from django.conf import settings

from casework.learning.features import Sample

HOTLINE = Path("data/hotline-text")
TAXONOMY = Path("data/taxonomies/taidi_c_category_tree.csv")
MEDIATION = Path("data/mediation")
SPOKEN = {"举报": "举报", "投诉": "投诉", "咨询": "咨询", "请问": "咨询", "建议": "建议", "求助": "求助"}


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV or CSV.GZ below the shared folder."""
    full = Path(settings.SHARED_DIR) / path
    open_text = gzip.open if full.suffix == ".gz" else open
    with open_text(full, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def labelled() -> list[Sample]:
    """Messages with their 一级分类 (7 of the 15 stand in the file)."""
    return [
        Sample({"title": row["title"], "body": row["body"]}, row["category_l1"])
        for row in rows(HOTLINE / "taidi_c_labelled_train.csv.gz")
    ]


@cache
def taxonomy(weight: float) -> list[Sample]:
    """The names of the lower categories as tiny texts of their upper one: what a district knows before its first
    call. They are names of classes, no message stands among them."""
    return [
        Sample(dict.fromkeys(("title", "body"), f"{row['level2']} {row['level3']}"), row["level1"], weight)
        for row in rows(TAXONOMY)
    ]


@cache
def natures() -> list[Sample]:
    """福州 tickets with their nature, by title and body; never the reply, which came later."""
    return [
        Sample({"title": row["title"], "body": row["body"]}, row["nature"])
        for row in rows(HOTLINE / "fuzhou_12345_rivers_train.csv.gz")
    ]


@cache
def nature_names(weight: float) -> list[Sample]:
    """The names of the natures as tiny titles, alone and before a colon: who writes „求助:…“ has said the nature."""
    names = dict.fromkeys(SPOKEN.values())
    return [Sample({"title": f"{name}{mark}", "body": ""}, name, weight) for name in names for mark in ("", "：")]


@cache
def spoken_natures(weight: float) -> list[Sample]:
    """Messages of other cities whose title begins with the word of a type (投诉…, 咨询…, 举报…): weak texts of it."""
    found = []
    for name in ("taidi_c_hotspot_train.csv.gz", "taidi_c_replies_train.csv.gz"):
        for row in rows(HOTLINE / name):
            label = next((label for word, label in SPOKEN.items() if row["title"].startswith(word)), None)
            if label:
                found.append(Sample({"title": row["title"], "body": row["body"]}, label, weight))
    return found
