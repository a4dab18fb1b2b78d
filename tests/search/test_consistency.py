"""Whatever happens in whatever order: what is kept for searches is what a rebuilding makes."""

import random
from contextlib import suppress
from itertools import count

import pytest
from sqlalchemy import select, text

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.extensions import db
from app.indexes.queries import get_index
from app.projects import claims, services
from app.projects.models import Project
from app.projects.names import normalise
from app.search.facts import Facts
from app.search.learning import Told, compare, learn
from app.search.rebuilding import rebuild, sweep
from app.search.services import forget_all, forget_names, learn_names, list_project
from app.search.usage import refresh_popularity
from app.stats.models import ProjectDay
from tests.uploads.clients import publish_wheel

STEPS = 120
NAMES = ("alpha", "beta-kit", "gamma.x", "Delta_2", "requests", "numpy")
WORDS = {
    "sqlite": "SELECT rowid, * FROM listing_words ORDER BY rowid",
    "postgresql": "SELECT * FROM listing_words ORDER BY listing_id",
}
TABLES = {
    "listings": "SELECT * FROM listing ORDER BY id",
    "labels": "SELECT * FROM listing_label ORDER BY listing_id, label_id",
    "counts": "SELECT * FROM label_count WHERE count != 0 ORDER BY label_id, index_id",
}


class House:
    """Changes of all kinds, each at random."""

    def __init__(self, seed):
        self.chance, self.versions = random.Random(seed), count(1)
        self.pypi = get_index("pypi").id

    def some(self, choices):
        return tuple(self.chance.sample(choices, self.chance.randint(0, len(choices))))

    def publish(self):
        slug = self.chance.choice(["main", "staging"])
        fields = {"summary": self.chance.choice(["", "marmalade", "Grüße 🎉"])}
        version = f"{next(self.versions)}.0"
        publish_wheel(OPERATOR, self.name().lower(), version, slug=slug, **fields)

    def name(self):
        return self.chance.choice(NAMES)

    def project(self):
        return self.chance.choice(db.session.scalars(select(Project).order_by(Project.id)).all())

    def release(self):
        return self.chance.choice(self.project().releases)

    def yank(self):
        services.yank(OPERATOR, self.release().id, "x")

    def unyank(self):
        services.unyank(OPERATOR, self.release().id)

    def stop(self):
        status = self.chance.choice(services.STATUSES)
        services.change_status(OPERATOR, self.project().id, status)

    def stop_file(self):
        services.quarantine_file(self.chance.choice(self.release().files).id, "x")

    def delete_release(self):
        release = self.release()
        services.delete_release(OPERATOR, release.id, release.version)

    def delete_project(self):
        project = self.project()
        services.delete_project(OPERATOR, project.id, project.name)

    def claim(self):
        claims.claim_name(OPERATOR, get_index(), self.name())

    def free(self):
        claims.release_claim(OPERATOR, get_index(), self.name())

    def learn(self):
        names = self.some(NAMES)
        learn_names(self.pypi, {normalise(name): name for name in names})

    def forget(self):
        forget_names(self.pypi, [normalise(name) for name in self.some(NAMES)])

    def forget_all(self):
        if self.chance.random() < 0.2:
            forget_all(self.pypi)

    def read(self):
        list_project(
            self.pypi,
            Facts(
                name=self.name(),
                version=self.chance.choice(["", "3.1"]),
                summary=self.chance.choice(["", "far away"]),
                keywords=self.some(["web", "Wide"]),
                people=self.some(["Ada", "Grace"]),
                license=self.chance.choice(["", "MIT"]),
                classifiers=self.some(["Topic :: Games", "Programming Language :: Python :: 3.12"]),
                requires_dist=self.some(["alpha>1", "beta_kit"]),
                is_yanked=self.chance.random() < 0.3,
                updated_at=self.chance.choice([None, clock.now()]),
            ),
        )

    def load(self):
        told = {
            normalise(name): Told(
                name=name,
                version=self.chance.choice(["", "4"]),
                summary=self.chance.choice(["", "from a list"]),
                rank=self.chance.choice([None, 1, 900]),
            )
            for name in self.some(NAMES)
        }
        ranked = self.chance.random() < 0.5
        ordered = [told[name] for name in sorted(told)]
        learn(self.pypi, compare(self.pypi, ordered, with_ranks=ranked), with_ranks=ranked)

    def download(self):
        slug = self.chance.choice(["main", "pypi"])
        key = (slug, normalise(self.name()), clock.today())
        row = db.session.get(ProjectDay, key) or ProjectDay(
            index_slug=slug, project=key[1], day=key[2], count=0
        )
        row.count += self.chance.randint(1, 5_000)
        db.session.add(row)


OUTSIDE = {"publish": House.publish, "refresh": lambda _house: refresh_popularity()}
INSIDE = [
    *(House.yank, House.unyank, House.stop, House.stop_file, House.delete_release),
    *(House.delete_project, House.claim, House.free, House.learn, House.forget),
    *(House.forget_all, House.read, House.load, House.download),
]


def snapshot():
    questions = TABLES | {"words": WORDS[db.engine.dialect.name]}
    return {name: db.session.execute(text(sql)).all() for name, sql in questions.items()}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_a_rebuilding_finds_nothing_to_change(app, seed):
    house = House(seed)
    for _number in range(4):
        house.publish()
    for _step in range(STEPS):
        deed = house.chance.choice([*OUTSIDE.values(), *OUTSIDE.values(), *INSIDE])
        with suppress(DomainError, IndexError):
            if deed in OUTSIDE.values():
                deed(house)
            else:
                with transaction():
                    deed(house)
    refresh_popularity()
    sweep()
    before = snapshot()
    assert all(before.values())
    rebuild()
    assert snapshot() == before
