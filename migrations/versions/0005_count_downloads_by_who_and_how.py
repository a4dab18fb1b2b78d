"""Count downloads by who and how, and keep sums of days and months."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_RANKED = sa.text("kind IN ('total', 'file')")
_CALLER = ('client', 'python', 'system')
# What the file weighs, ours or that of a mirror.
_SIZE = (
    'COALESCE('
    '(SELECT MAX(f.size) FROM file f JOIN "index" i ON i.id = f.index_id'
    ' WHERE i.slug = d.index_slug AND f.filename = d.filename),'
    '(SELECT MAX(m.size) FROM mirrored_file m JOIN "index" i ON i.id = m.index_id'
    ' WHERE i.slug = d.index_slug AND m.normalized_name = d.project AND m.filename = d.filename),'
    ' 0)'
)


def upgrade() -> None:
    op.drop_index('ix_download_day_project', 'download_day')
    op.rename_table('download_day', 'download_before')
    # PostgreSQL keeps the name of the old key.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE download_before RENAME CONSTRAINT pk_download_day TO pk_download_before')
    _make_facts('download_day', 'day')
    _make_facts('download_month', 'month')
    _make_sums()
    op.execute(
        'INSERT INTO download_day (day, index_slug, filename, client, python, system, project, version, count, bytes)'
        f" SELECT day, index_slug, filename, 'other', '', 'other', project, version, count, count * {_SIZE}"
        ' FROM download_before d'
    )
    op.drop_table('download_before')
    _fill_sums()


def downgrade() -> None:
    op.drop_table('project_month')
    op.drop_table('project_day')
    op.create_table('download_before',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('index_slug', sa.String(length=50), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'index_slug', 'filename', name='pk_download_before')
    )
    op.execute(
        'INSERT INTO download_before (day, index_slug, filename, project, version, count)'
        ' SELECT day, index_slug, filename, MAX(project), MAX(version), SUM(count) FROM ('
        'SELECT day, index_slug, filename, project, version, count FROM download_day UNION ALL'
        ' SELECT month, index_slug, filename, project, version, count FROM download_month) AS facts'
        ' GROUP BY day, index_slug, filename'
    )
    op.drop_table('download_month')
    op.drop_table('download_day')
    op.rename_table('download_before', 'download_day')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE download_day RENAME CONSTRAINT pk_download_before TO pk_download_day')
    op.create_index('ix_download_day_project', 'download_day', ['index_slug', 'project', 'day'])


def _make_facts(table: str, time: str) -> None:
    op.create_table(table,
    sa.Column(time, sa.Date(), nullable=False),
    sa.Column('index_slug', sa.String(length=50), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('client', sa.String(length=20), nullable=False),
    sa.Column('python', sa.String(length=10), nullable=False),
    sa.Column('system', sa.String(length=10), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('index_slug', 'filename', time, *_CALLER, name=op.f(f'pk_{table}')),
    sqlite_with_rowid=False
    )
    op.create_index(f'ix_{table}_{time}', table, [time])


def _make_sums() -> None:
    op.create_table('project_day',
    sa.Column('index_slug', sa.String(length=50), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('index_slug', 'project', 'day', name=op.f('pk_project_day')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_project_day_day', 'project_day', ['day'])
    op.create_table('project_month',
    sa.Column('index_slug', sa.String(length=50), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('value', sa.String(length=255), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('index_slug', 'project', 'month', 'kind', 'value', name=op.f('pk_project_month')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_project_month_month', 'project_month', ['month'])
    op.create_index('ix_project_month_most', 'project_month', ['month', 'kind', 'count'],
                    sqlite_where=_RANKED, postgresql_where=_RANKED)


def _fill_sums() -> None:
    """Sum up what was counted, as `flask stats rebuild` does."""
    for project in ('project', "''"):
        op.execute(
            'INSERT INTO project_day (index_slug, project, day, count, bytes)'
            f' SELECT index_slug, {project}, day, SUM(count), SUM(bytes) FROM download_day'
            f' GROUP BY index_slug, {"project, " if project == "project" else ""}day'
        )
    for first, behind in _list_months():
        for kind, column in _list_parts('project'):
            _fill_month(first, behind, kind, column, 'project', 'index_slug, project')
        for kind, column in _list_parts("''"):
            _fill_month(first, behind, kind, column, "''", 'index_slug')


def _fill_month(first: date, behind: date, kind: str, column: str, project: str, group: str) -> None:
    by = group if column == "''" else f'{group}, {column}'
    op.get_bind().execute(sa.text(
        'INSERT INTO project_month (index_slug, project, month, kind, value, count, bytes)'
        f" SELECT index_slug, {project}, CAST(:first AS {_date()}), '{kind}', {column}, SUM(count), SUM(bytes)"
        f' FROM download_day WHERE day >= :first AND day < :behind GROUP BY {by}'
    ).bindparams(sa.bindparam('first', type_=sa.Date()), sa.bindparam('behind', type_=sa.Date())),
        {'first': first, 'behind': behind})


def _date() -> str:
    # SQLite keeps dates as texts.
    return 'DATE' if op.get_bind().dialect.name == 'postgresql' else 'TEXT'


def _list_months() -> Iterator[tuple[date, date]]:
    wanted = sa.text('SELECT DISTINCT day FROM download_day').columns(day=sa.Date())
    days = op.get_bind().scalars(wanted)
    for first in sorted({day.replace(day=1) for day in days}):
        yield first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _list_parts(project: str) -> list[tuple[str, str]]:
    parts = [('total', "''"), *((column, column) for column in _CALLER)]
    return parts if project == "''" else [*parts, ('version', 'version'), ('file', 'filename')]
