"""The figures that Prometheus reads: each by name, what it counts, and the labels that tell its series apart.

`channel` is the platform's name. What is looked up rather than counted (`gauges`) is told by every process that answers
readers, so that one of them is to be believed, not their sum. docs/operations/running.md has a row for each.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_REPLY: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_FIRST_PUSH: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
_PLANNING: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)
_WAIT: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30)
_CALL: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)
_READERS: Final = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """Every figure, in a registry of its own so that two apps in one process (tests) don't meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._readers_side()
        self._sources()
        self._deliveries()
        self._alerts()
        self._pace()
        self._servers()

    def _readers_side(self) -> None:
        self.events = self._counter("events", "Events that a channel delivered and the inbox kept.", "channel")
        self.received = self._counter(
            "received", "Events that a channel delivered, by kind, whether or not they are acted on.", "channel", "kind"
        )
        self.refused_calls = self._counter(
            "webhook_refused", "Calls of a webhook that were refused, by reason.", "channel", "reason"
        )
        self.inbox_waiting = self._gauge("inbox_waiting", "Events kept and not handled yet.", "channel")
        self.inbox_oldest_seconds = self._gauge(
            "inbox_oldest_seconds", "How long the oldest event waits to be handled, 0 while none does.", "channel"
        )
        self.inbox_set_aside = self._gauge(
            "inbox_set_aside", "Events ever set aside because their handling failed each time.", "channel"
        )
        self.replies = self._counter("replies", "Replies to readers, by outcome.", "channel", "outcome")
        self.reply_seconds = self._histogram(
            "reply_seconds", "From an event's arrival to the end of its answer.", _REPLY, "channel"
        )
        self.handling_failures = self._counter("handling_failures", "Events whose handling failed.", "channel")
        self.webhook_subscribed = self._gauge(
            "webhook_subscribed",
            "1 while the platform sends us all the events that we read, 0 while it does not.",
            "channel",
        )
        self.webhook_resubscriptions = self._counter(
            "webhook_resubscriptions",
            "Times that the platform had stopped sending us events and was asked again.",
            "channel",
        )

    def _sources(self) -> None:
        self.articles = self._counter("articles", "What sources brought, by what became of it.", "source", "change")
        self.source_failures = self._counter("source_failures", "Reads of a source that failed.", "source")

    def _deliveries(self) -> None:
        self.deliveries = self._counter(
            "deliveries", "Deliveries of alerts, by what became of them.", "channel", "cls", "outcome"
        )
        self.deliveries_in_flight = self._gauge(
            "deliveries_in_flight", "Deliveries begun and not settled yet.", "channel"
        )
        self.deliveries_recovered = self._counter(
            "deliveries_recovered",
            "Deliveries that a dead worker left begun, by what became of them: unknown, or waiting to be sent again.",
            "channel",
            "became",
        )
        self.echoes = self._counter(
            "echoes", "Deliveries that the platform confirmed by an echo of the message.", "channel"
        )
        self.delivery_holds = self._counter(
            "delivery_holds", "Times that sending held back by itself, by reason.", "channel", "reason"
        )
        self.delivery_holding = self._gauge(
            "delivery_holding", "1 while this process sends no alert on the channel, whatever is due.", "channel"
        )
        self.channel_halted = self._gauge(
            "channel_halted",
            "1 while the platform refuses or blocks our account, so that no alert is sent there.",
            "channel",
        )
        self.first_push_seconds = self._histogram(
            "first_push_seconds", "From an alert's making to its first message.", _FIRST_PUSH, "channel", "cls"
        )
        self.claim_readers = self._histogram(
            "claim_readers", "Readers that one claim of a worker brought.", _READERS, "channel"
        )
        self.units = self._counter(
            "units",
            "Units of work, by what happened: taken, taken over with readers left begun, lost to another, done.",
            "channel",
            "event",
        )
        self.ledger_seconds = self._histogram(
            "ledger_seconds", "One call to the ledger, by what was asked for.", _CALL, "channel", "doing"
        )

    def _alerts(self) -> None:
        self.alerts = self._gauge(
            "alerts",
            "Alerts that are not over, by state; held: waiting for a decision; self_paused: on some channel.",
            "state",
        )
        self.alert_deliveries = self._gauge(
            "alert_deliveries",
            "Deliveries of alerts that are not over, by where they stand (untouched, waiting, in flight) or outcome.",
            "channel",
            "state",
        )
        self.units_open = self._gauge("units_open", "Units of alerts that are not over and not done.", "channel")
        self.planning_seconds = self._histogram(
            "planning_seconds", "Fixing an alert's audience, in all segments.", _PLANNING, "cls"
        )
        self.readers = self._gauge(
            "readers",
            "Whom an alert to everyone would reach: now, or later, when a closed window opens again.",
            "channel",
            "when",
        )

    def _pace(self) -> None:
        self.pace_allowed = self._gauge("pace_allowed", "Messages a second that the settings allow.", "channel")
        self.pace_granted = self._counter("pace_granted", "Messages that the pace granted, by lane.", "channel", "lane")
        self.pace_wait_seconds = self._histogram(
            "pace_wait_seconds", "What one wish to send had to wait for the pace, by lane.", _WAIT, "channel", "lane"
        )
        self.floods = self._counter(
            "floods",
            "Times that the platform asked to send less (429), by what paused for it: chat or account.",
            "channel",
            "scope",
        )
        self.restraints = self._counter(
            "restraints",
            "Times that a filling quota restrained us, by who stops: nobody (all go slower), pushes, everything.",
            "channel",
            "stops",
        )
        self.quota_used = self._gauge(
            "quota_used_percent", "How full the fullest of the platform's quotas is, as it last said.", "channel"
        )

    def _servers(self) -> None:
        self.ready = self._gauge("ready", "1 while /readyz answers 200.")
        self.problems = self._gauge("problems", "1 for each part that /readyz finds not to work.", "part")
        self.leads = self._gauge("leads", "1 while this process leads what only one may do.", "work")
        self.database_seconds = self._histogram(
            "database_seconds", "One read or write of the database, the wait for its turn included.", _CALL, "doing"
        )
        self.database_failures = self._counter(
            "database_failures", "Reads and writes that the database refused or did not answer.", "doing"
        )
        self.redis_round_trips = self._counter("redis_round_trips", "Requests to Redis, many commands or one in each.")
        self.redis_memory_bytes = self._gauge("redis_memory_bytes", "Memory that the Redis server uses.")
        self.redis_memory_limit_bytes = self._gauge(
            "redis_memory_limit_bytes", "Memory that the Redis server may use, 0: no limit is set."
        )
        self.redis_replicas_awaited = self._gauge(
            "redis_replicas_awaited", "Replicas that must know of a delivery before it is begun."
        )
        self.redis_replica_gone = self._gauge(
            "redis_replica_gone", "1 while Redis has lost its replica and none is waited for any more."
        )
        self.redis_restarts = self._counter(
            "embedded_redis_restarts", "Times the embedded server died and was started again."
        )

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"newsbot_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"newsbot_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"newsbot_{name}", what, labels, buckets=buckets, registry=self.registry)
