"""List all projects, our own and those known of upstreams, with what they have in common."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_RANKED = sa.text('rank IS NOT NULL')
# What most who search mean the same by; administrators change it as they like.
_SYNONYMS = '''
postgres, postgresql, postgre, psql
mongo, mongodb
mysql, mariadb
mssql, sqlserver, sql server
sqlite, sqlite3
elastic, elasticsearch
kubernetes, k8s
aws, amazon web services
gcp, google cloud
driver, adapter, connector
driver, client
client, sdk
login, authentication, auth
authorization, authorisation, permissions
jwt, json web token, json web tokens
oauth, oauth2
cli, command line
gui, user interface
parse, parser, parsing, read, reader
ml, machine learning
ai, artificial intelligence
llm, language model, language models
nlp, natural language
cv, computer vision
ocr, optical character recognition, text recognition
dataframe, dataframes, data frame, data frames
array, arrays, matrix, linear algebra
plot, plotting, chart, charts, charting
plotting, visualization, visualisation
image, images, imaging, picture, photo
excel, xlsx, xls, spreadsheet
powerpoint, pptx
yaml, yml
regex, regexp, regular expression, regular expressions
template, templates, templating
test, tests, testing
mock, mocking, mocks, fake
lint, linter, linting
formatter, formatting, autoformatter
type checker, type checking, static typing, static type checker
async, asyncio, asynchronous
parallel, multiprocessing, concurrency
job, task
schedule, scheduler, scheduling, cron
migration, migrations, migrate
orm, object relational mapper, object relational mapping
hash, hashing, digest
encrypt, encryption, crypto, cryptography, cryptographic
ssl, tls
email, mail, e mail
date, dates, datetime
timezone, timezones, time zone, tz
config, configuration, settings
env, environment variables, dotenv
log, logging, logger
docs, documentation
terminal, console, tty
color, colour, colored, coloured, colors
serialize, serialise, serialization, serializer, serialisation
validate, validation, validator
i18n, internationalization, internationalisation, localization
l10n, localization, localisation
compress, compression, compressor
scrape, scraper, scraping, crawler, crawling
websocket, websockets, web socket
openapi, swagger
grpc, protobuf, protocol buffers
git, version control
docker, container, containers
monitor, monitoring, observability
math, maths, mathematics
stats, statistics, statistical
geo, gis, geospatial, geographic
audio, sound
bot, chatbot
filesystem, file system
dir, directory, folder
cache, caching
memoize, memoization, memoisation
ssh, ssh2, sshv2
retry, retries, retrying
unit test, unit tests, unit testing, unittest
throttle, throttling, rate limit, rate limiting, ratelimit
diff, difference, comparison
uuid, guid
password, passphrase
wsgi, web server
asgi, web server
dependency injection, ioc, inversion of control
progress bar, progress bars, progressbar, progress meter
neural network, neural networks, deep learning
tokenizer, tokenizers, tokenization, tokeniser
graph, graphs, network
typing, type hints, type annotations
database, databases, db
vector database, vector db, vector search, vector store, similarity search
message queue, message broker, messaging, amqp, mq
gradient boosting, boosting, gbm
blockchain, ethereum, web3
cryptocurrency, cryptocurrencies, bitcoin
stock, stocks, stock market, market data, finance
map, maps, mapping, cartography
thread, threads, threading, multithreading
argument parser, argument parsing, parse arguments, command line arguments
package manager, package installer, dependency manager, dependency management
load test, load testing, performance testing, stress testing
fake data, test data, dummy data
file watcher, file watching, file monitoring, filesystem events
hot reload, live reload, auto reload
screenshot, screenshots, screen capture
state machine, finite state machine, fsm
time series, timeseries, forecasting
speech recognition, speech to text, transcription
text to speech, tts, speech synthesis
two factor, 2fa, totp, otp
currency, currencies, money, exchange rates
geolocation, geocoding, geoip
serial port, serial, uart
rest, restful
'''


def upgrade() -> None:
    _make_listings()
    _make_words()
    op.execute(sa.text(
        'INSERT INTO listing (index_id, normalized_name, name, plain_name, version, summary, rank, downloads, popularity, is_yanked, facets)'
        " SELECT index_id, normalized_name, name, replace(normalized_name, '-', ''), version, summary, rank, 0, 0, false, ''"
        ' FROM known_name'
        ' ORDER BY index_id, normalized_name'
    ))
    op.drop_table('known_name')
    _seed_synonyms()
    if op.get_bind().scalar(sa.text('SELECT EXISTS (SELECT 1 FROM listing) OR EXISTS (SELECT 1 FROM project)')):
        # The worker lists and reads all that is there already, in small steps.
        _promise('search-rebuild')


def downgrade() -> None:
    _make_known_names()
    op.execute(sa.text(
        'INSERT INTO known_name (index_id, normalized_name, name, version, summary, rank)'
        ' SELECT index_id, normalized_name, name, version, summary, rank FROM listing'
        " WHERE index_id IN (SELECT id FROM \"index\" WHERE kind = 'mirror')"
    ))
    op.execute(sa.text('DROP TABLE listing_words'))
    op.execute(sa.text("DELETE FROM job WHERE name LIKE 'search-%'"))
    for table in ('synonym', 'label_count', 'listing_label', 'label', 'listing'):
        op.drop_table(table)


def _name() -> sa.types.TypeEngine:
    return sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql')


def _make_listings() -> None:
    op.create_table('listing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', _name(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('plain_name', _name(), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('downloads', sa.Integer(), nullable=False),
    sa.Column('popularity', sa.Integer(), nullable=False),
    sa.Column('is_yanked', sa.Boolean(), nullable=False),
    sa.Column('facets', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_listing_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing')),
    sa.UniqueConstraint('index_id', 'normalized_name', name=op.f('uq_listing_index_id_normalized_name')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_listing_plain_name', 'listing', ['plain_name', 'index_id'])
    op.create_index('ix_listing_names', 'listing', ['index_id', 'normalized_name', 'name'])
    op.create_index('ix_listing_rank', 'listing', ['rank'], sqlite_where=_RANKED, postgresql_where=_RANKED)
    for column in ('popularity', 'created_at', 'updated_at'):
        op.create_index(f'ix_listing_{column}', 'listing', ['index_id', sa.text(f'{column} DESC'), 'normalized_name'])
    op.create_table('label',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('value', sa.String(length=400).with_variant(sa.String(length=400, collation='C'), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_label')),
    sa.UniqueConstraint('kind', 'value', name=op.f('uq_label_kind_value'))
    )
    op.create_table('listing_label',
    sa.Column('label_id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['label_id'], ['label.id'], name=op.f('fk_listing_label_label_id')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_listing_label_listing_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('label_id', 'listing_id', name=op.f('pk_listing_label')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_listing_label_listing_id', 'listing_label', ['listing_id'])
    op.create_table('label_count',
    sa.Column('label_id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_label_count_index_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['label_id'], ['label.id'], name=op.f('fk_label_count_label_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('label_id', 'index_id', name=op.f('pk_label_count'))
    )
    op.create_index('ix_label_count_kind', 'label_count', ['index_id', 'kind', 'count', 'label_id'])
    op.create_table('synonym',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synonym'))
    )


def _make_words() -> None:
    # Autogenerate leaves tables of this name alone: see env.py.
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(sa.text(
            'CREATE VIRTUAL TABLE listing_words USING fts5('
            'name, summary, keywords, description, people, labels,'
            # A short beginning has tens of thousands of words.
            " tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3')"
        ))
        return
    op.create_table('listing_words',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('popularity', sa.Integer(), nullable=False),
    sa.Column('words', postgresql.TSVECTOR(), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name='fk_listing_words_listing_id', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('listing_id', name='pk_listing_words')
    )
    op.create_index('ix_listing_words_words', 'listing_words', ['words'], postgresql_using='gin')
    op.create_index('ix_listing_words_popularity', 'listing_words', ['index_id', sa.text('popularity DESC'), 'listing_id'])


def _promise(work: str) -> None:
    job = sa.table('job', sa.column('name'), sa.column('payload', sa.JSON), sa.column('state'),
                   sa.column('attempts'), sa.column('due_at', sa.DateTime(timezone=True)),
                   sa.column('created_at', sa.DateTime(timezone=True)))
    now = datetime.now(UTC)
    op.bulk_insert(job, [{'name': work, 'payload': {}, 'state': 'queued', 'attempts': 0, 'due_at': now, 'created_at': now}])


def _seed_synonyms() -> None:
    synonym = sa.table('synonym', sa.column('words', sa.JSON))
    groups = [line.split(', ') for line in _SYNONYMS.strip().splitlines()]
    op.bulk_insert(synonym, [{'words': words} for words in groups])


def _make_known_names() -> None:
    op.create_table('known_name',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', _name(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_known_name_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'normalized_name', name=op.f('pk_known_name')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_known_name_rank', 'known_name', ['rank'], sqlite_where=_RANKED, postgresql_where=_RANKED)
