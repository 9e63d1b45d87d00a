"""Articles, the indexes to find them by, and the schedule of their sources."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_articles"
down_revision = None
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("published_at", time, nullable=False),
        sa.Column("withdrawn_at", time),
        sa.Column("announced_at", time),
        sa.Column("stored_at", time, nullable=False),
        sa.Column("updated_at", time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("breaking", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("other_urls", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        words("content_hash"),
        words("section"),
        words("kicker"),
        sa.Column("headline", sa.Text, nullable=False),
        words("byline"),
        words("image_url"),
        words("summary"),
        words("summary_method"),
        words("body"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_newest", "articles", ["published_at", "id"])
    op.create_index("ix_articles_content", "articles", ["content_hash", "published_at"])
    not_withdrawn = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ix_articles_readable",
        "articles",
        ["id", "published_at"],
        sqlite_where=not_withdrawn,
        postgresql_where=not_withdrawn,
    )
    in_outbox = sa.text("announced_at IS NULL AND withdrawn_at IS NULL")
    op.create_index(
        "ix_articles_outbox",
        "articles",
        ["published_at", "id"],
        sqlite_where=in_outbox,
        postgresql_where=in_outbox,
    )

    op.create_table(
        "article_urls",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("article_id", big_id, nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_article_urls"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_urls_article_id", ondelete="CASCADE"),
    )
    op.create_index("ix_article_urls_article_id", "article_urls", ["article_id"])

    op.create_table(
        "article_topics",
        sa.Column("article_id", big_id, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("published_at", time, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "topic", name="pk_article_topics"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_topics_article_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_article_topics_newest", "article_topics", ["topic", "published_at", "article_id"])

    op.create_table(
        "source_states",
        sa.Column("source", sa.Text, nullable=False),
        words("etag"),
        words("last_modified"),
        sa.Column("fetched_at", time),
        sa.Column("due_at", time),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        words("error"),
        sa.Column("known", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("source", name="pk_source_states"),
    )

    if op.get_bind().dialect.name == "sqlite":
        # Its default takes vowel signs for separators: খেলা, খোলা and খাল would all be one entry, খ ল.
        op.execute(
            "CREATE VIRTUAL TABLE article_search USING fts5(headline, kicker, body, topics, "
            """tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")"""
        )
    else:
        op.execute(
            "CREATE TABLE article_search ("
            "article_id BIGINT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")


def downgrade() -> None:
    for table in ("article_search", "source_states", "article_topics", "article_urls", "articles"):
        op.drop_table(table)
