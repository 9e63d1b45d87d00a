"""Which articles tell one story, by which words that is found, and what is to be told anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_stories"
down_revision = "0005_search"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    # 0: each article that is there began a story of its own. No row is written for that, however many there are.
    op.add_column("articles", sa.Column("story", sa.BigInteger, nullable=False, server_default="0"))
    joined = sa.text("story <> 0")
    op.create_index(
        "ix_articles_story",
        "articles",
        ["story", "published_at", "id"],
        sqlite_where=joined,
        postgresql_where=joined,
    )
    op.create_table(
        "story_words",
        sa.Column("word", word, nullable=False),
        sa.Column("published_at", time, nullable=False),
        sa.Column("article_id", big_id, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "published_at", "article_id", name="pk_story_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_words_published", "story_words", ["published_at"])
    op.create_table(
        "word_days",
        sa.Column("word", word, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("word", "day", name="pk_word_days"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_word_days_day", "word_days", ["day"])
    op.create_table(
        "retellings",
        sa.Column("article_id", big_id, autoincrement=False, nullable=False),
        sa.Column("since", time, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_retellings"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_retellings_article_id", ondelete="CASCADE"),
    )
    op.add_column("alerts", sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("alerts", "again")
    for table in ("retellings", "word_days", "story_words"):
        op.drop_table(table)
    op.drop_index("ix_articles_story", "articles")
    op.drop_column("articles", "story")
