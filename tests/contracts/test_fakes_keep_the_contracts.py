"""The stores in memory, through the suites that the real ones pass: what is tested over them holds over those."""

from __future__ import annotations

import pytest

from newsbot.articles.store import ArticleStore
from newsbot.desk.approvals import ApprovalStore
from newsbot.desk.audit import AuditLog
from newsbot.desk.bulletins import BulletinStore
from newsbot.desk.drafts import DraftStore
from newsbot.desk.invitations import InvitationStore
from newsbot.desk.people import PeopleStore
from newsbot.subscribers.store import SubscriberStore
from tests.contracts import test_alert_store as alerts
from tests.contracts import test_approval_store as approvals
from tests.contracts import test_article_store as articles
from tests.contracts import test_article_stories as stories
from tests.contracts import test_audit_log as audit_logs
from tests.contracts import test_bulletin_store as bulletins
from tests.contracts import test_draft_store as drafts
from tests.contracts import test_invitation_store as invitations
from tests.contracts import test_people_store as people
from tests.contracts import test_subscriber_store as subscribers
from tests.fakes import MemoryArticleStore, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_desk import (
    MemoryApprovalStore,
    MemoryAuditLog,
    MemoryBulletinStore,
    MemoryDraftStore,
    MemoryInvitationStore,
    MemoryPeopleStore,
)

#: Promises about what a database can hold, or about accounts that only the journal knows.
ONLY_REAL = ("test_what_no_database_can_hold_is_left_out", "test_a_channel_without_an_account_is_told")


class TestArticles:
    @pytest.fixture
    def store(self) -> ArticleStore:
        return MemoryArticleStore()


class TestAlerts:
    @pytest.fixture
    def stores(self) -> alerts.Stores:
        articles = MemoryArticleStore()
        return alerts.Stores(MemoryAlertStore(articles), articles)


class TestSubscribers:
    @pytest.fixture
    def store(self) -> SubscriberStore:
        return MemorySubscriberStore()


class TestDrafts:
    @pytest.fixture
    def store(self) -> DraftStore:
        return MemoryDraftStore()


class TestBulletins:
    @pytest.fixture
    def store(self) -> BulletinStore:
        return MemoryBulletinStore()


class TestAuditLog:
    @pytest.fixture
    def audit(self) -> AuditLog:
        return MemoryAuditLog()


class TestInvitations:
    @pytest.fixture
    def store(self) -> InvitationStore:
        return MemoryInvitationStore()


class TestApprovals:
    @pytest.fixture
    def store(self) -> ApprovalStore:
        return MemoryApprovalStore()


class TestPeople:
    @pytest.fixture
    def audit(self) -> AuditLog:
        return MemoryAuditLog()

    @pytest.fixture
    def store(self, audit: MemoryAuditLog) -> PeopleStore:
        return MemoryPeopleStore(audit=audit)


# Collected here, the same tests get the fixture that stands here.
for _ours, _module in ((TestArticles, articles), (TestArticles, stories), (TestAlerts, alerts)):
    for _suite in [value for name, value in vars(_module).items() if name.startswith("Test")]:
        for _name, _test in vars(_suite).items():
            if _name.startswith("test_") and _name not in ONLY_REAL:
                setattr(_ours, _name, _test)
for _ours, _module in (
    (TestSubscribers, subscribers),
    (TestDrafts, drafts),
    (TestBulletins, bulletins),
    (TestAuditLog, audit_logs),
    (TestPeople, people),
    (TestInvitations, invitations),
    (TestApprovals, approvals),
):
    for _name, _test in vars(_module).items():
        if _name.startswith("test_") and _name not in ONLY_REAL:
            setattr(_ours, _name, staticmethod(_test))
