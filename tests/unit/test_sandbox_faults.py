"""Faults on order: a rule counts only what it could strike."""

from newsbot.sandbox.faults import FaultPlan
from newsbot.sandbox.messenger.faults import EVENT_ACTIONS, Fault


def test_a_rule_for_calls_takes_no_notice_of_events_and_the_other_way_round() -> None:
    plan: FaultPlan[Fault] = FaultPlan()
    call = plan.add(Fault("status", count=1))
    event = plan.add(Fault("event_lost", count=1))
    assert plan.choose("message_echoes", lambda: None, EVENT_ACTIONS) is event
    assert plan.choose("messages", lambda: None) is call
    assert (call.seen, event.seen) == (1, 1)


def test_rules_of_one_name_go_together() -> None:
    plan: FaultPlan[Fault] = FaultPlan()
    plan.add(Fault("status", name="flood"))
    other = plan.add(Fault("slow", name="slow"))
    plan.clear("flood")
    assert plan.faults == [other]
    plan.clear()
    assert plan.faults == []
