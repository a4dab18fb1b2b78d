"""The right project first, among some hundred that there really are."""

from pathlib import Path

import pytest

from app.indexes.queries import get_index
from app.mirror.namefiles import load_file
from app.search.finding import find
from app.search.suggesting import suggest
from app.search.wishes import Wish

SAMPLE = Path(__file__).with_name("sample.tsv")

QUESTIONS = {
    "http client": "requests httpx aiohttp urllib3",
    "a postgres driver": "psycopg2 psycopg psycopg2-binary asyncpg pg8000",
    "yaml parser": "pyyaml ruamel-yaml",
    "flask login": "flask-login",
    "progress bar": "tqdm progressbar2 rich alive-progress",
    "parse html": "beautifulsoup4 lxml html5lib selectolax parsel",
    "mongodb driver": "pymongo motor mongoengine",
    "web framework": "flask django fastapi tornado pyramid starlette bottle",
    "excel files": "openpyxl xlsxwriter xlrd xlwt",
    "command line interface": "click typer docopt fire",
    # Words that are one in the name.
    "open cv": "opencv-python opencv-python-headless",
    "beautiful soup": "beautifulsoup4",
    "django rest api": "djangorestframework",
    # Known projects that do not have all words.
    "xml parsing": "lxml xmltodict defusedxml",
    "package manager": "uv poetry",
    "discord bot": "discord-py py-cord",
    # Other words for the same.
    "gradient boosting": "xgboost lightgbm catboost",
    "vector database": "chromadb qdrant-client pymilvus faiss-cpu",
    # Words that say little.
    "tool to format code": "black autopep8 ruff",
}


@pytest.fixture
def sample(mirror):
    """Let the projects of the sample be known."""
    listed = load_file(get_index("pypi"), SAMPLE)
    assert listed.bad == 0
    return listed


def first(text, count=5):
    lines = find(get_index(), Wish(text=text)).lines
    return [line.normalized_name for line in lines[:count]]


def test_what_people_look_for_is_among_the_first_five(sample):
    missed = {
        text: first(text)
        for text, accepted in QUESTIONS.items()
        if not set(accepted.split()) & set(first(text))
    }
    assert missed == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reqests", "requests"),
        ("djagno", "django"),
        ("htppx", "httpx"),
        ("pymogno", "pymongo"),
        ("numpi", "numpy"),
    ],
)
def test_slips_lead_to_what_was_meant(sample, typed, meant):
    assert meant in first(typed)
    assert find(get_index(), Wish(text=typed)).suggestion == meant


def test_a_word_that_known_projects_have_is_no_slip(sample):
    assert find(get_index(), Wish(text="weather")).suggestion is None


@pytest.mark.parametrize(
    ("typed", "name"), [("r", "requests"), ("fl", "flask"), ("beau", "beautifulsoup4")]
)
def test_suggestions_begin_with_what_is_popular(sample, typed, name):
    names = [each.normalized_name for each in suggest(get_index(), typed)]
    assert name in names[:3]
