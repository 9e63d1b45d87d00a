"""What roles are called, and what somebody is told whose role does not allow something. Pure."""

from __future__ import annotations

from typing import Final

from newsbot.desk.people import LastOwner, OwnerBySettings, Person, RoleRefused
from newsbot.desk.roles import Right, Role
from newsbot.i18n import N_, Catalog, Translator

__all__ = ["ROLES_EXPLAINED", "find_role", "person_in_words", "role_name", "why_not_allowed", "why_refused"]

#: messages of the catalogue
ROLE_NAMES: Final[dict[Role, str]] = {
    Role.OWNER: N_("owner"),
    Role.EDITOR: N_("editor"),
    Role.WRITER: N_("writer"),
    Role.VIEWER: N_("viewer"),
}
#: messages of the catalogue
ROLES_EXPLAINED: Final[dict[Role, str]] = {
    Role.OWNER: N_("may do everything, and gives roles and takes them"),
    Role.EDITOR: N_("writes, sends, stops, corrects, recalls, and approves what others have written"),
    Role.WRITER: N_("writes and previews; somebody else sends it"),
    Role.VIEWER: N_("watches what goes out and sees the figures"),
}
#: what is not allowed without it
REFUSALS: Final[dict[Right, str]] = {
    Right.FIGURES: N_("Your role ({role}) does not let you see the figures."),
    Right.WATCH: N_("Your role ({role}) does not let you see what goes out."),
    Right.DRAFT: N_("Your role ({role}) does not let you write broadcasts."),
    Right.BROADCAST: N_("Your role ({role}) does not let you send to readers, nor pause or stop what goes out."),
    Right.CORRECT: N_("Your role ({role}) does not let you correct or recall what was sent."),
    Right.ARTICLES: N_("Your role ({role}) does not let you change articles."),
    Right.APPROVE: N_("Your role ({role}) does not let you approve broadcasts."),
    Right.AUDIT: N_("Your role ({role}) does not let you see who did what."),
    Right.ROLES: N_("Your role ({role}) does not let you give or take roles."),
}


def role_name(role: Role, translate: Translator) -> str:
    return translate(ROLE_NAMES[role])


def find_role(word: str, catalog: Catalog) -> Role | None:
    """The role that a word names, in any of our languages."""
    word = word.strip().casefold()
    for role, name in ROLE_NAMES.items():
        if word in {role.value, *(catalog.gettext(code, name).casefold() for code in catalog.languages)}:
            return role
    return None


def person_in_words(person: Person, translate: Translator) -> str:
    """'Salma (telegram:9003) – writer'."""
    who = f"{person.name} ({person.address})" if person.name else str(person.address)
    role = role_name(person.role, translate) if person.role is not None else translate("no role")
    return f"{who} – {role}"


def why_not_allowed(role: Role, right: Right, translate: Translator) -> str:
    """And who can help."""
    _ = translate
    help_is_near = _("An owner can give you another role.")
    return f"{_(REFUSALS[right], role=role_name(role, _))} {help_is_near}"


def why_refused(error: RoleRefused, translate: Translator) -> str:
    """Why a role can't be given or taken."""
    _ = translate
    match error:
        case OwnerBySettings():
            return _("The settings make them an owner (NEWSBOT_ADMINS), so only the settings can change that.")
        case LastOwner():
            return _("They are the only owner. Make somebody else an owner first.")
        case _:
            return _("This role can't be changed.")
